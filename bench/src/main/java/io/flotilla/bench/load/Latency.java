package io.flotilla.bench.load;

import io.flotilla.bench.load.PerfTools.EndToEnd;
import io.flotilla.bench.load.PerfTools.Produced;
import io.flotilla.bench.load.PerfTools.Sending;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long things take under a load that leaves room. */
final class Latency {
    private static final int RECORDS_PER_SECOND = 4_000;
    private static final int RECORD_BYTES = 1024;
    private static final int BATCH_BYTES = 16_384;
    private static final int WARM_UP_SECONDS = 10;
    private static final int SECONDS = 30;
    private static final long END_TO_END_RECORDS = 10_000;
    private static final double BYTES_PER_GB = 1e9;

    private Latency() {}

    static Map<String, Double> produce(Target target) throws IOException {
        Produced produced = steady(target, "bench-latency", 6, 0).produced();
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("p50_ms", (double) produced.p50Ms());
        figures.put("p99_ms", (double) produced.p99Ms());
        figures.put("p99.9_ms", (double) produced.p999Ms());
        if (!Double.isNaN(produced.settledMaxMs())) {
            figures.put("settled_max_ms", produced.settledMaxMs());
        }
        return figures;
    }

    static Map<String, Double> spread(Target target) throws IOException {
        Steady steady = steady(target, "bench-spread", 300, 5);
        return Map.of(
                "p50_ms", (double) steady.produced().p50Ms(),
                "p99_ms", (double) steady.produced().p99Ms(),
                "cpu_s_per_gb", steady.cpuSecondsPerGb());
    }

    /** What came of a steady rate after a warm-up. */
    record Steady(Produced produced, double cpuSecondsPerGb) {}

    static Steady steady(Target target, String topic, int partitions, int lingerMs) throws IOException {
        target.cluster().createTopic(topic, partitions);
        return steadily(target, topic, new Sending(RECORD_BYTES, RECORDS_PER_SECOND, lingerMs, BATCH_BYTES));
    }

    static Steady steadily(Target target, String topic, Sending sending) throws IOException {
        int rate = sending.recordsPerSecond();
        target.tools().produce(topic, (long) rate * target.seconds(WARM_UP_SECONDS, 2), sending);
        long records = target.scaled((long) rate * SECONDS, 2L * rate);
        target.onMeasured().begin();
        double cpuBefore = target.cluster().cpuSeconds();
        Produced produced = target.tools().produce(topic, records, sending);
        double cpu = target.cluster().cpuSeconds() - cpuBefore;
        return new Steady(produced, cpu * BYTES_PER_GB / ((double) records * sending.recordBytes()));
    }

    static Map<String, Double> endToEnd(Target target) throws IOException {
        target.cluster().createTopic("bench-end-to-end", 1);
        target.onMeasured().begin();
        EndToEnd result =
                target.tools().endToEnd("bench-end-to-end", target.scaled(END_TO_END_RECORDS, 200), RECORD_BYTES);
        return Map.of(
                "avg_ms", result.averageMs(),
                "p50_ms", (double) result.p50Ms(),
                "p99_ms", (double) result.p99Ms(),
                "p99.9_ms", (double) result.p999Ms());
    }
}
