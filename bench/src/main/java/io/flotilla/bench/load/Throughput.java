package io.flotilla.bench.load;

import io.flotilla.bench.load.PerfTools.Consumed;
import io.flotilla.bench.load.PerfTools.Produced;
import io.flotilla.bench.load.PerfTools.Sending;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How much goes through, and what a gigabyte costs. */
final class Throughput {
    static final String TOPIC_1K = "bench-1k";
    static final List<Metric> METRICS = List.of(
            Metric.more("mb_s", "MB/s", 2, 3),
            Metric.more("first_run_mb_s", "MB/s", 2, 3),
            Metric.less("cpu_s_per_gb", "s/GB", 0.4, 0.3),
            Metric.less("client_cpu_s_per_gb", "s/GB"),
            Metric.less("p99_ms", "ms"),
            Metric.less("disk_bytes_per_byte", "per replica"),
            Metric.less("wakeups_per_mb", "all brokers"));

    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1024;
    private static final long RECORDS = 1_200_000;
    private static final long LEAST_RECORDS = 10_000;
    private static final double BYTES_PER_GB = 1e9;
    private static final double BYTES_PER_MB = 1 << 20;

    private Throughput() {}

    private static Sending asFastAsItGoes(int recordBytes) {
        return new Sending(recordBytes, -1, 5, 65_536);
    }

    static Map<String, Double> produce(Target target, String topic, int recordBytes, long fullRecords)
            throws IOException {
        long records = target.scaled(fullRecords, LEAST_RECORDS);
        target.cluster().createTopic(topic, PARTITIONS);
        Produced first = target.tools().produce(topic, records, asFastAsItGoes(recordBytes));
        target.onMeasured().begin();
        double cpuBefore = target.cluster().cpuSeconds();
        double clientBefore = target.programs().cpuSeconds();
        long writtenBefore = target.cluster().writtenBytes();
        long wakeUpsBefore = target.cluster().wakeUps();
        Produced second = target.tools().produce(topic, records, asFastAsItGoes(recordBytes));
        double cpu = target.cluster().cpuSeconds() - cpuBefore;
        double client = target.programs().cpuSeconds() - clientBefore;
        double written = target.cluster().writtenBytes() - writtenBefore;
        double wakeUps = target.cluster().wakeUps() - wakeUpsBefore;
        double bytes = (double) records * recordBytes;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("mb_s", second.mbPerSecond());
        figures.put("first_run_mb_s", first.mbPerSecond());
        figures.put("cpu_s_per_gb", cpu * BYTES_PER_GB / bytes);
        figures.put("client_cpu_s_per_gb", client * BYTES_PER_GB / bytes);
        figures.put("p99_ms", (double) second.p99Ms());
        figures.put("disk_bytes_per_byte", written / bytes / target.cluster().size());
        figures.put("wakeups_per_mb", wakeUps * BYTES_PER_MB / bytes);
        return figures;
    }

    /** Reads what produce_1k has left, or fills the topic itself when that did not run. */
    static Map<String, Double> consume(Target target) throws IOException {
        long records = target.scaled(RECORDS, LEAST_RECORDS);
        if (!target.cluster().hasTopic(TOPIC_1K)) {
            target.cluster().createTopic(TOPIC_1K, PARTITIONS);
            target.tools().produce(TOPIC_1K, records, asFastAsItGoes(RECORD_BYTES));
        }
        target.tools().consume(TOPIC_1K, records / 3);
        target.onMeasured().begin();
        double cpuBefore = target.cluster().cpuSeconds();
        Consumed consumed = target.tools().consume(TOPIC_1K, records);
        double cpu = target.cluster().cpuSeconds() - cpuBefore;
        return Map.of(
                "mb_s", consumed.mbPerSecond(),
                "fetch_mb_s", consumed.fetchMbPerSecond(),
                "cpu_s_per_gb", cpu * BYTES_PER_GB / (consumed.mb() * BYTES_PER_MB));
    }
}
