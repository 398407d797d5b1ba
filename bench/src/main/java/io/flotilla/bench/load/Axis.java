package io.flotilla.bench.load;

import io.flotilla.bench.load.PerfTools.Sending;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a scaling curve runs along. */
public enum Axis {
    PARTITIONS(
            "partitions",
            "partitions of a topic, on a new cluster each",
            true,
            List.of(1, 10, 100, 300, 1_000, 2_000, 5_000),
            List.of(
                    Metric.more("mb_s", "MB/s"),
                    Metric.less("p99_ms", "ms"),
                    Metric.less("cpu_pct_per_broker", "% of a core, idle"),
                    Metric.less("rss_mb_per_broker", "MiB"),
                    Metric.less("led_s", "s"),
                    Metric.less("restart_s", "s"))) {
        @Override
        public Map<String, Double> measure(Target target, int partitions) throws IOException {
            long begin = System.nanoTime();
            target.cluster().createTopic(TOPIC, partitions);
            double led = secondsSince(begin);
            double idle = Idle.cpuPercentPerBroker(target, target.seconds(10, 3));
            double mbPerSecond = throughput(target, TOPIC, 1024);
            Latency.Steady steady = Latency.steadily(target, TOPIC, new Sending(1024, 2_000, 5, 16_384));
            double residentMb = target.cluster().residentMbPerBroker();
            begin = System.nanoTime();
            target.cluster().restart();
            target.cluster().awaitLeaders(TOPIC);
            return Map.of(
                    "mb_s", mbPerSecond,
                    "p99_ms", (double) steady.produced().p99Ms(),
                    "cpu_pct_per_broker", idle,
                    "rss_mb_per_broker", residentMb,
                    "led_s", led,
                    "restart_s", secondsSince(begin));
        }
    },
    CONNECTIONS(
            "connections",
            "connections, each with one record of 1 KB under way at any time, over 6 partitions",
            false,
            List.of(1, 10, 100, 500, 1_000, 2_000),
            List.of(
                    Metric.more("requests_s", "requests/s"),
                    Metric.less("p50_ms", "ms"),
                    Metric.less("p99_ms", "ms"),
                    Metric.less("rss_mb_per_broker", "MiB"))) {
        @Override
        public Map<String, Double> measure(Target target, int connections) throws IOException {
            if (!target.cluster().hasTopic(TOPIC)) {
                target.cluster().createTopic(TOPIC, 6);
            }
            int seconds = target.seconds(15, 3);
            Map<String, Double> figures = target.run(ConnectionLoad.class, 120, TOPIC, connections, seconds);
            figures.put("rss_mb_per_broker", target.cluster().residentMbPerBroker());
            return figures;
        }
    },
    RECORD_SIZE(
            "record-size",
            "bytes of a record, over 6 partitions; p99 at 4 MB/s",
            false,
            List.of(100, 1_000, 10_000, 100_000, 1_000_000),
            List.of(Metric.more("mb_s", "MB/s"), Metric.less("p99_ms", "ms"), Metric.less("cpu_s_per_gb", "s/GB"))) {
        @Override
        public Map<String, Double> measure(Target target, int bytes) throws IOException {
            String topic = TOPIC + "-" + bytes;
            target.cluster().createTopic(topic, 6);
            double mbPerSecond = throughput(target, topic, bytes);
            int recordsPerSecond = Math.max(4, STEADY_BYTES_PER_SECOND / bytes);
            Latency.Steady steady = Latency.steadily(target, topic, new Sending(bytes, recordsPerSecond, 0, 16_384));
            return Map.of(
                    "mb_s",
                    mbPerSecond,
                    "p99_ms",
                    (double) steady.produced().p99Ms(),
                    "cpu_s_per_gb",
                    steady.cpuSecondsPerGb());
        }
    };

    private static final String TOPIC = "bench-scale";
    private static final int STEADY_BYTES_PER_SECOND = 4_000_000;
    private static final long THROUGHPUT_BYTES = 600_000_000L;

    private final String option;
    private final String description;
    private final boolean newClusterPerPoint;
    private final List<Integer> points;
    private final List<Metric> metrics;

    Axis(String option, String description, boolean newClusterPerPoint, List<Integer> points, List<Metric> metrics) {
        this.option = option;
        this.description = description;
        this.newClusterPerPoint = newClusterPerPoint;
        this.points = points;
        this.metrics = metrics;
    }

    /** Measures one point; returns the figures by their metrics' keys. */
    public abstract Map<String, Double> measure(Target target, int point) throws IOException;

    /** MB/s of producers that go as fast as they can, after a first run that is not counted. */
    private static double throughput(Target target, String topic, int bytes) throws IOException {
        Sending sending = new Sending(bytes, -1, 5, 65_536);
        long records = target.scaled(THROUGHPUT_BYTES / bytes, 20);
        target.tools().produce(topic, Math.max(20, records / 3), sending);
        return target.tools().produce(topic, records, sending).mbPerSecond();
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    public String option() {
        return option;
    }

    /** What its numbers count, and what else is to know. */
    public String description() {
        return description;
    }

    /** Whether a point must not find what those before it have left. */
    public boolean newClusterPerPoint() {
        return newClusterPerPoint;
    }

    /** Where it is measured unless somebody says otherwise. */
    public List<Integer> points() {
        return points;
    }

    public List<Metric> metrics() {
        return metrics;
    }

    public static Optional<Axis> named(String option) {
        return Arrays.stream(values())
                .filter(axis -> axis.option.equals(option))
                .findFirst();
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(Axis::option).collect(Collectors.joining(", "));
    }
}
