package io.flotilla.broker.config;

import static io.flotilla.broker.config.Property.bool;
import static io.flotilla.broker.config.Property.decimal;
import static io.flotilla.broker.config.Property.integer;
import static io.flotilla.broker.config.Property.longInteger;
import static io.flotilla.broker.config.Property.oneOf;
import static io.flotilla.broker.config.Property.someOf;

import io.flotilla.broker.config.TopicProperty.Synonym;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Every property of a topic: the one table behind checking, {@link TopicConfig}, DescribeConfigs and the documentation.
 * Names and defaults are Kafka's. What Kafka has and we do not (tiered storage, throttled replicas) is refused, not ignored,
 * so that nobody believes in a setting that does nothing; what is accepted without effect says so in its meaning.
 */
public final class TopicProperties {
    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;
    private static final String LONG_MAX_TEXT = "9223372036854775807";
    private static final Pattern THROTTLED_REPLICAS = Pattern.compile("\\*|(\\d+:\\d+(,\\d+:\\d+)*)?");
    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 3_600_000;

    // Cleanup and retention

    public static final TopicProperty<List<String>> CLEANUP_POLICY = effective(
            someOf("cleanup.policy", "delete", "compact")
                    .byDefault("delete")
                    .doc(
                            "What happens to old segments: delete removes them by age and size; compact keeps the newest record of"
                                    + " each key, and records need keys; with both, what compaction leaves is removed by age and size."),
            as(LogProperties.LOG_CLEANUP_POLICY));

    public static final TopicProperty<Long> RETENTION_MS = effective(
            longInteger("retention.ms")
                    .range(-1, LONG_MAX)
                    .byDefault("604800000")
                    .doc(
                            "With delete: segments whose newest record is older than this are removed, in milliseconds; -1:"
                                    + " never."),
            as(LogProperties.LOG_RETENTION_MS),
            new Synonym(LogProperties.LOG_RETENTION_MINUTES, MINUTE_MS),
            new Synonym(LogProperties.LOG_RETENTION_HOURS, HOUR_MS));

    public static final TopicProperty<Long> RETENTION_BYTES = effective(
            longInteger("retention.bytes")
                    .range(-1, LONG_MAX)
                    .byDefault("-1")
                    .doc("With delete: the oldest segments are removed while a partition is larger than this, in bytes;"
                            + " -1: no limit."),
            as(LogProperties.LOG_RETENTION_BYTES));

    // Compaction

    public static final TopicProperty<Long> DELETE_RETENTION_MS = effective(
            longInteger("delete.retention.ms")
                    .range(0, LONG_MAX)
                    .byDefault("86400000")
                    .doc(
                            "With compact: how long tombstones are kept once nothing older of their key is left, in milliseconds."
                                    + " They are kept longer while a replica of the partition does not have them."),
            as(CleanerProperties.DELETE_RETENTION_MS));

    public static final TopicProperty<Double> MIN_CLEANABLE_DIRTY_RATIO = effective(
            decimal("min.cleanable.dirty.ratio")
                    .range(0, 1)
                    .byDefault("0.5")
                    .doc("With compact: a partition is compacted once this share of its closed segments has not been."),
            as(CleanerProperties.MIN_CLEANABLE_RATIO));

    public static final TopicProperty<Long> MIN_COMPACTION_LAG_MS = effective(
            longInteger("min.compaction.lag.ms")
                    .range(0, LONG_MAX)
                    .byDefault("0")
                    .doc("With compact: segments with records younger than this are left alone, in milliseconds."),
            as(CleanerProperties.MIN_COMPACTION_LAG_MS));

    public static final TopicProperty<Long> MAX_COMPACTION_LAG_MS = effective(
            longInteger("max.compaction.lag.ms")
                    .range(1, LONG_MAX)
                    .byDefault(LONG_MAX_TEXT)
                    .doc(
                            "With compact: a record is ready to be compacted at this age at the latest, in milliseconds, however"
                                    + " little there is to compact. Segments are closed at this age too."),
            as(CleanerProperties.MAX_COMPACTION_LAG_MS));

    public static final TopicProperty<Long> FILE_DELETE_DELAY_MS = effective(
            longInteger("file.delete.delay.ms")
                    .range(0, LONG_MAX)
                    .byDefault("60000")
                    .doc(
                            "A removed segment is renamed at once, and its space is freed this much later, in milliseconds."),
            as(LogProperties.LOG_DELETE_DELAY_MS));

    // Segments

    public static final TopicProperty<Integer> SEGMENT_BYTES = effective(
            integer("segment.bytes")
                    .range(16_384, INT_MAX)
                    .byDefault("1073741824")
                    .doc("A segment file is closed and a new one begun at this size, in bytes."),
            as(LogProperties.LOG_SEGMENT_BYTES));

    public static final TopicProperty<Long> SEGMENT_MS = effective(
            longInteger("segment.ms")
                    .range(1, LONG_MAX)
                    .byDefault("604800000")
                    .doc(
                            "A segment file is closed at this age, in milliseconds, so that it can be removed or compacted."),
            as(LogProperties.LOG_ROLL_MS),
            new Synonym(LogProperties.LOG_ROLL_HOURS, HOUR_MS));

    public static final TopicProperty<Integer> INDEX_INTERVAL_BYTES = effective(
            integer("index.interval.bytes")
                    .range(256, INT_MAX)
                    .byDefault("4096")
                    .doc("Bytes of a segment between two entries of its indexes."),
            as(LogProperties.LOG_INDEX_INTERVAL_BYTES));

    public static final TopicProperty<Integer> SEGMENT_INDEX_BYTES = accepted(integer("segment.index.bytes")
            .range(4, INT_MAX)
            .byDefault("10485760")
            .doc("Accepted, without effect: indexes are as large as their segment needs."));

    public static final TopicProperty<Long> SEGMENT_JITTER_MS = effective(
            longInteger("segment.jitter.ms")
                    .range(0, LONG_MAX)
                    .byDefault("0")
                    .doc(
                            "Up to so much earlier than segment.ms are segments closed, each partition's at another time, in"
                                    + " milliseconds, so that not all are closed at once."),
            as(LogProperties.LOG_ROLL_JITTER_MS),
            new Synonym(LogProperties.LOG_ROLL_JITTER_HOURS, HOUR_MS));

    public static final TopicProperty<Boolean> PREALLOCATE = accepted(bool("preallocate")
            .byDefault("false")
            .doc("Accepted, without effect: whether files are made at full size is the broker's decision."));

    // Records

    public static final TopicProperty<Integer> MAX_MESSAGE_BYTES = effective(
            integer("max.message.bytes")
                    .range(0, INT_MAX)
                    .byDefault("1048588")
                    .doc("Largest record batch accepted, as it comes (compressed), in bytes."),
            as(BrokerProperties.MESSAGE_MAX_BYTES));

    public static final TopicProperty<String> COMPRESSION_TYPE = effective(
            oneOf("compression.type", "producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")
                    .byDefault("producer")
                    .doc(
                            "How batches are stored: producer keeps them as they come. With anything else the leader compresses"
                                    + " those anew that come otherwise, which costs its processor and delays other requests."),
            as(LogProperties.COMPRESSION_TYPE));

    public static final TopicProperty<String> MESSAGE_TIMESTAMP_TYPE = effective(
            oneOf("message.timestamp.type", "CreateTime", "LogAppendTime")
                    .byDefault("CreateTime")
                    .doc("What a record's time is: when the producer made it, or when the leader appended it."),
            as(LogProperties.LOG_MESSAGE_TIMESTAMP_TYPE));

    public static final TopicProperty<Long> TIMESTAMP_BEFORE_MAX_MS = effective(
            longInteger("message.timestamp.before.max.ms")
                    .range(0, LONG_MAX)
                    .byDefault(LONG_MAX_TEXT)
                    .doc("How far a record's time may lie behind the broker's, in milliseconds; else it is refused."),
            as(LogProperties.LOG_TIMESTAMP_BEFORE_MAX_MS));

    public static final TopicProperty<Long> TIMESTAMP_AFTER_MAX_MS = effective(
            longInteger("message.timestamp.after.max.ms")
                    .range(0, LONG_MAX)
                    .byDefault("3600000")
                    .doc("How far a record's time may lie ahead of the broker's, in milliseconds; else it is refused."),
            as(LogProperties.LOG_TIMESTAMP_AFTER_MAX_MS));

    // Reads

    public static final TopicProperty<String> FOLLOWER_READ = effective(oneOf(
                    "follower.read", "committed", "linearizable")
            .byDefault("committed")
            .doc("What a fetch sees. committed: what the replica that is asked knows to be committed; a follower's"
                    + " knowledge may be a moment old, and so may that of a leader that was just deposed."
                    + " linearizable: everything that was acknowledged before the fetch arrived, from whatever"
                    + " replica; each fetch costs the leader a round of messages with a majority, which fetches"
                    + " at the same time share, and fails where no leader can be reached."));

    // Durability

    public static final TopicProperty<Boolean> WRITE_CACHING = effective(
            bool("write.caching")
                    .byDefault("false")
                    .doc("Acknowledge records that a majority holds in memory, before they are on disk. Faster; a power"
                            + " failure of a majority at once loses the newest records."),
            as(LogProperties.WRITE_CACHING));

    public static final TopicProperty<Integer> MIN_INSYNC_REPLICAS = accepted(
            integer("min.insync.replicas")
                    .range(1, INT_MAX)
                    .byDefault("1")
                    .doc("Accepted, without effect: an acknowledged record is always on a majority of the replicas."),
            as(BrokerProperties.MIN_INSYNC_REPLICAS));

    public static final TopicProperty<Long> FLUSH_MESSAGES = accepted(longInteger("flush.messages")
            .range(1, LONG_MAX)
            .byDefault(LONG_MAX_TEXT)
            .doc("Accepted, without effect: every record is on disk before it is acknowledged."));

    public static final TopicProperty<Long> FLUSH_MS = accepted(longInteger("flush.ms")
            .range(0, LONG_MAX)
            .byDefault(LONG_MAX_TEXT)
            .doc("Accepted, without effect: every record is on disk before it is acknowledged."));

    public static final TopicProperty<Boolean> UNCLEAN_LEADER_ELECTION = effective(
            Property.parsed("unclean.leader.election.enable", ValueType.BOOLEAN, "false", TopicProperties::parseFalse)
                    .byDefault("false")
                    .doc("Only replicas that hold every acknowledged record are elected; nothing else is supported."));

    // Reassignment

    public static final TopicProperty<String> LEADER_THROTTLED_REPLICAS = accepted(throttledReplicas(
                    "leader.replication.throttled.replicas")
            .byDefault("")
            .doc("Accepted, without effect: `leader.replication.throttled.rate` counts for all replicas that are being"
                    + " added, and for no others."));

    public static final TopicProperty<String> FOLLOWER_THROTTLED_REPLICAS =
            accepted(throttledReplicas("follower.replication.throttled.replicas")
                    .byDefault("")
                    .doc("Accepted, without effect: leaders throttle what they send."));

    private static final List<TopicProperty<?>> TABLE = List.of(
            CLEANUP_POLICY,
            RETENTION_MS,
            RETENTION_BYTES,
            DELETE_RETENTION_MS,
            MIN_CLEANABLE_DIRTY_RATIO,
            MIN_COMPACTION_LAG_MS,
            MAX_COMPACTION_LAG_MS,
            FILE_DELETE_DELAY_MS,
            SEGMENT_BYTES,
            SEGMENT_MS,
            INDEX_INTERVAL_BYTES,
            SEGMENT_INDEX_BYTES,
            SEGMENT_JITTER_MS,
            PREALLOCATE,
            MAX_MESSAGE_BYTES,
            COMPRESSION_TYPE,
            MESSAGE_TIMESTAMP_TYPE,
            TIMESTAMP_BEFORE_MAX_MS,
            TIMESTAMP_AFTER_MAX_MS,
            FOLLOWER_READ,
            WRITE_CACHING,
            MIN_INSYNC_REPLICAS,
            FLUSH_MESSAGES,
            FLUSH_MS,
            UNCLEAN_LEADER_ELECTION,
            LEADER_THROTTLED_REPLICAS,
            FOLLOWER_THROTTLED_REPLICAS);

    private static final SortedMap<String, TopicProperty<?>> BY_NAME = byName();

    private TopicProperties() {}

    /** All properties by name, in the order of their names. */
    public static SortedMap<String, TopicProperty<?>> all() {
        return BY_NAME;
    }

    private static <T> TopicProperty<T> effective(Property<T> property, Synonym... synonyms) {
        return new TopicProperty<>(property, List.of(synonyms), true);
    }

    private static <T> TopicProperty<T> accepted(Property<T> property, Synonym... synonyms) {
        return new TopicProperty<>(property, List.of(synonyms), false);
    }

    private static Synonym as(Property<?> broker) {
        return new Synonym(broker, 1);
    }

    private static Property.Draft<String> throttledReplicas(String name) {
        String allowed = "* or partition:broker,...";
        return Property.parsed(name, ValueType.LIST, allowed, text -> {
            if (!THROTTLED_REPLICAS.matcher(text).matches()) {
                throw new IllegalArgumentException("'" + text + "' is not allowed; must be " + allowed);
            }
            return text;
        });
    }

    private static Boolean parseFalse(String text) {
        if (!text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is not allowed; must be false");
        }
        return false;
    }

    private static SortedMap<String, TopicProperty<?>> byName() {
        SortedMap<String, TopicProperty<?>> byName = new TreeMap<>();
        for (TopicProperty<?> property : TABLE) {
            byName.put(property.name(), property);
        }
        return Collections.unmodifiableSortedMap(byName);
    }
}
