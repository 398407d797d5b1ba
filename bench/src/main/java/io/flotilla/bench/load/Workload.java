package io.flotilla.bench.load;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The workloads, in the order in which they run on a cluster. Topics have three replicas, producers have acks=all, and GB are
 * 10^9 bytes of records.
 */
public enum Workload {
    PRODUCE_1K(
            "produce_1k",
            "records of 1 KB as fast as it goes, linger.ms=5, batch.size=65536, 6 partitions, twice; the first run is of JVMs"
                    + " that have just started",
            Throughput.METRICS,
            target -> Throughput.produce(target, Throughput.TOPIC_1K, 1024, 1_200_000)),
    PRODUCE_100B(
            "produce_100b",
            "the same with records of 100 bytes",
            Throughput.METRICS,
            target -> Throughput.produce(target, "bench-100b", 100, 5_000_000)),
    LATENCY_1K(
            "latency_1k",
            "4,000 records/s of 1 KB, linger.ms=0, 6 partitions; from send to acknowledgement",
            List.of(
                    Metric.less("p50_ms", "ms"),
                    Metric.less("p99_ms", "ms", 0.5, 0.25),
                    Metric.less("p99.9_ms", "ms"),
                    Metric.less("settled_max_ms", "ms")),
            Latency::produce),
    CONSUME_1K(
            "consume_1k",
            "one consumer reads produce_1k's topic from its start",
            List.of(
                    Metric.more("mb_s", "MB/s", 1.1, Double.NaN),
                    Metric.more("fetch_mb_s", "MB/s"),
                    Metric.less("cpu_s_per_gb", "s/GB", 0.7, Double.NaN)),
            Throughput::consume),
    END_TO_END(
            "end_to_end",
            "one record of 1 KB at a time, from send until a consumer has it",
            List.of(
                    Metric.less("avg_ms", "ms"),
                    Metric.less("p50_ms", "ms", 1.2, 0.8),
                    Metric.less("p99_ms", "ms", 0.7, 0.5),
                    Metric.less("p99.9_ms", "ms")),
            Latency::endToEnd),
    SPREAD_300(
            "spread_300",
            "4,000 records/s of 1 KB over 300 partitions, linger.ms=5",
            List.of(
                    Metric.less("p50_ms", "ms"),
                    Metric.less("p99_ms", "ms", 0.5, 0.25),
                    Metric.less("cpu_s_per_gb", "s/GB", 0.5, 0.4)),
            Latency::spread),
    LAGGING_READERS(
            "lagging_readers",
            "records of 1 KB at half of the rate that goes, alone and while 20 consumers read from the start, 40 MB/s in all",
            List.of(
                    Metric.more("rate_mb_s", "MB/s"),
                    Metric.less("p99_alone_ms", "ms"),
                    Metric.less("p99_ms", "ms"),
                    Metric.less("p99_ratio", "with to without"),
                    Metric.more("read_mb_s", "MB/s")),
            LaggingReaders::measure),
    IDLE_1000(
            "idle_1000",
            "1,000 partitions created and left alone",
            List.of(
                    Metric.less("create_s", "s", 1.0, Double.NaN),
                    Metric.less("led_s", "s"),
                    Metric.less("cpu_pct_per_broker", "% of a core", 0.4, Double.NaN),
                    Metric.less("rss_mb_per_broker", "MiB", 0.6, Double.NaN)),
            Idle::measure),
    FAILOVER(
            "failover",
            "kill -9 of a broker under 1,000 records/s over 50 partitions, idempotent producer; then everything is read back",
            List.of(
                    Metric.less("gap_ms_max", "ms", 0.1, Double.NaN),
                    Metric.less("gap_ms_median", "ms"),
                    Metric.more("acked", Metric.RECORDS),
                    Metric.less("failed", Metric.RECORDS),
                    Metric.less("lost", Metric.RECORDS),
                    Metric.less("duplicated", Metric.RECORDS)),
            Failover::measure);

    private interface Measurement {
        Map<String, Double> measure(Target target) throws IOException;
    }

    private final String option;
    private final String description;
    private final List<Metric> metrics;
    private final Measurement measurement;

    Workload(String option, String description, List<Metric> metrics, Measurement measurement) {
        this.option = option;
        this.description = description;
        this.metrics = metrics;
        this.measurement = measurement;
    }

    /** The name on the command line and in files. */
    public String option() {
        return option;
    }

    /** What it does, for readers. */
    public String description() {
        return description;
    }

    public List<Metric> metrics() {
        return metrics;
    }

    /** Runs it to its end and returns the figures by their metrics' keys. Failover leaves the cluster with one broker less. */
    public Map<String, Double> measure(Target target) throws IOException {
        return measurement.measure(target);
    }

    public static Optional<Workload> named(String option) {
        return Arrays.stream(values())
                .filter(workload -> workload.option.equals(option))
                .findFirst();
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(Workload::option).collect(Collectors.joining(", "));
    }
}
