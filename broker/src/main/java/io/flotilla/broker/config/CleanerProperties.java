package io.flotilla.broker.config;

/** The properties of compaction: how much of a broker it may take, and what counts for topics that say nothing. */
public final class CleanerProperties {
    private static final long LONG_MAX = Long.MAX_VALUE;

    public static final Property<Boolean> ENABLE = Property.bool("log.cleaner.enable")
            .byDefault("true")
            .doc(
                    "Whether topics with cleanup.policy=compact are compacted here. Without, `__consumer_offsets` grows for"
                            + " ever.");

    public static final Property<Integer> THREADS = Property.integer("log.cleaner.threads")
            .range(1, 64)
            .byDefault("1")
            .doc("Most partitions compacted at a time.");

    public static final Property<Long> BACKOFF_MS = Property.longInteger("log.cleaner.backoff.ms")
            .range(1, LONG_MAX)
            .byDefault("15000")
            .doc("How long to wait, when there is nothing to compact, before looking again, in milliseconds.");

    public static final Property<Double> IO_BYTES_PER_SECOND = Property.decimal("log.cleaner.io.max.bytes.per.second")
            .range(1, LONG_MAX)
            .byDefault("67108864")
            .doc("Most bytes that compaction reads and writes in a second, all partitions together.");

    public static final Property<Long> DEDUPE_BUFFER_BYTES = Property.longInteger("log.cleaner.dedupe.buffer.size")
            .range(1 << 20, LONG_MAX)
            .byDefault("134217728")
            .doc(
                    "Most memory for the keys of the partitions that are being compacted, in bytes: 32 for each key. A partition"
                            + " with more new keys than that takes several passes.");

    public static final Property<Double> MIN_CLEANABLE_RATIO = Property.decimal("log.cleaner.min.cleanable.ratio")
            .range(0, 1)
            .byDefault("0.5")
            .changeable()
            .doc("A partition is compacted once this share of its closed segments has not been.");

    public static final Property<Long> MIN_COMPACTION_LAG_MS = Property.longInteger("log.cleaner.min.compaction.lag.ms")
            .range(0, LONG_MAX)
            .byDefault("0")
            .changeable()
            .doc("Segments with records younger than this are left alone by compaction, in milliseconds.");

    public static final Property<Long> MAX_COMPACTION_LAG_MS = Property.longInteger("log.cleaner.max.compaction.lag.ms")
            .range(1, LONG_MAX)
            .byDefault("9223372036854775807")
            .changeable()
            .doc(
                    "A record is ready to be compacted at this age at the latest, in milliseconds, however little there is to"
                            + " compact.");

    public static final Property<Long> DELETE_RETENTION_MS = Property.longInteger("log.cleaner.delete.retention.ms")
            .range(0, LONG_MAX)
            .byDefault("86400000")
            .changeable()
            .doc(
                    "How long compaction keeps tombstones once nothing older of their key is left, in milliseconds: the time a"
                            + " reader has to get from a partition's beginning to its end.");

    private CleanerProperties() {}
}
