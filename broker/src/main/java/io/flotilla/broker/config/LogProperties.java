package io.flotilla.broker.config;

import java.util.List;

/** What counts for the logs of topics that do not say it themselves; see {@link TopicProperties} for the topics' names. */
public final class LogProperties {
    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;

    public static final Property<Integer> LOG_SEGMENT_BYTES = Property.integer("log.segment.bytes")
            .range(16_384, INT_MAX)
            .byDefault("1073741824")
            .changeable()
            .doc("A partition's segment file is closed and a new one begun at this size, in bytes.");

    public static final Property<Long> LOG_ROLL_MS = Property.longInteger("log.roll.ms")
            .range(1, LONG_MAX)
            .changeable()
            .doc("A segment file is closed at this age, in milliseconds. Unset: `log.roll.hours` counts.");

    public static final Property<Integer> LOG_ROLL_HOURS = Property.integer("log.roll.hours")
            .range(1, INT_MAX)
            .byDefault("168")
            .doc("A segment file is closed at this age, in hours.");

    public static final Property<Long> LOG_ROLL_JITTER_MS = Property.longInteger("log.roll.jitter.ms")
            .range(0, LONG_MAX)
            .changeable()
            .doc("Up to so much earlier are segments closed, each partition's at another time, in milliseconds. Unset:"
                    + " `log.roll.jitter.hours` counts.");

    public static final Property<Integer> LOG_ROLL_JITTER_HOURS = Property.integer("log.roll.jitter.hours")
            .range(0, INT_MAX)
            .byDefault("0")
            .doc("Up to so much earlier are segments closed, each partition's at another time, in hours.");

    public static final Property<Long> LOG_DELETE_DELAY_MS = Property.longInteger("log.segment.delete.delay.ms")
            .range(0, LONG_MAX)
            .byDefault("60000")
            .changeable()
            .doc("A removed segment is renamed at once, and its space is freed this much later, in milliseconds.");

    public static final Property<Integer> LOG_INDEX_INTERVAL_BYTES = Property.integer("log.index.interval.bytes")
            .range(256, INT_MAX)
            .byDefault("4096")
            .changeable()
            .doc("Bytes of a segment between two entries of its indexes.");

    public static final Property<String> LOG_MESSAGE_TIMESTAMP_TYPE = Property.oneOf(
                    "log.message.timestamp.type", "CreateTime", "LogAppendTime")
            .byDefault("CreateTime")
            .changeable()
            .doc("What a record's time is: when the producer made it, or when the leader appended it.");

    public static final Property<String> COMPRESSION_TYPE = Property.oneOf(
                    "compression.type", "producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")
            .byDefault("producer")
            .changeable()
            .doc(
                    "How batches are stored: producer keeps them as they come; anything else has the leader compress them.");

    public static final Property<Long> LOG_TIMESTAMP_BEFORE_MAX_MS = Property.longInteger(
                    "log.message.timestamp.before.max.ms")
            .range(0, LONG_MAX)
            .byDefault("9223372036854775807")
            .changeable()
            .doc("How far a record's time may lie behind the broker's, in milliseconds; else it is refused.");

    public static final Property<Long> LOG_TIMESTAMP_AFTER_MAX_MS = Property.longInteger(
                    "log.message.timestamp.after.max.ms")
            .range(0, LONG_MAX)
            .byDefault("3600000")
            .changeable()
            .doc("How far a record's time may lie ahead of the broker's, in milliseconds; else it is refused.");

    public static final Property<List<String>> LOG_CLEANUP_POLICY = Property.someOf(
                    "log.cleanup.policy", "delete", "compact")
            .byDefault("delete")
            .changeable()
            .doc("Whether old segments are deleted, compacted (newest record per key kept), or both.");

    public static final Property<Long> LOG_RETENTION_BYTES = Property.longInteger("log.retention.bytes")
            .range(-1, LONG_MAX)
            .byDefault("-1")
            .changeable()
            .doc("Old segments are deleted while a partition is larger than this, in bytes. -1: no limit.");

    public static final Property<Long> LOG_RETENTION_MS = Property.longInteger("log.retention.ms")
            .range(-1, LONG_MAX)
            .changeable()
            .doc("Segments older than this are deleted, in milliseconds; -1: never. Unset: `log.retention.minutes`"
                    + " counts.");

    public static final Property<Integer> LOG_RETENTION_MINUTES = Property.integer("log.retention.minutes")
            .range(-1, INT_MAX)
            .doc("As `log.retention.ms`, in minutes. Unset: `log.retention.hours` counts.");

    public static final Property<Integer> LOG_RETENTION_HOURS = Property.integer("log.retention.hours")
            .range(-1, INT_MAX)
            .byDefault("168")
            .doc("As `log.retention.ms`, in hours.");

    public static final Property<Long> LOG_RETENTION_CHECK_MS = Property.longInteger("log.retention.check.interval.ms")
            .range(1, LONG_MAX)
            .byDefault("300000")
            .doc("How often partitions are looked at for segments to delete, in milliseconds.");

    public static final Property<Boolean> WRITE_CACHING = Property.bool("write.caching")
            .byDefault("false")
            .changeable()
            .doc("Acknowledge records that a majority holds in memory, before they are on disk. Faster; a power"
                    + " failure of a majority at once loses the newest records.");

    private LogProperties() {}
}
