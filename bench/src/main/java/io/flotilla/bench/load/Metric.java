package io.flotilla.bench.load;

/**
 * One figure of a workload.
 *
 * @param key its name in files and tables
 * @param unit what it counts
 * @param moreIsBetter false where less is better
 * @param targetVsKafka the goal of Flotilla's figure divided by that of Kafka's default; NaN for none
 * @param targetVsFsync the same against Kafka that syncs each message
 */
public record Metric(String key, String unit, boolean moreIsBetter, double targetVsKafka, double targetVsFsync) {
    /** The unit of figures that count records. */
    public static final String RECORDS = "records";

    static Metric more(String key, String unit) {
        return more(key, unit, Double.NaN, Double.NaN);
    }

    static Metric more(String key, String unit, double targetVsKafka, double targetVsFsync) {
        return new Metric(key, unit, true, targetVsKafka, targetVsFsync);
    }

    static Metric less(String key, String unit) {
        return less(key, unit, Double.NaN, Double.NaN);
    }

    static Metric less(String key, String unit, double targetVsKafka, double targetVsFsync) {
        return new Metric(key, unit, false, targetVsKafka, targetVsFsync);
    }
}
