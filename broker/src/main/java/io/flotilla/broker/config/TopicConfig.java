package io.flotilla.broker.config;

import io.flotilla.wire.record.Compression;
import java.util.Locale;
import java.util.Map;

/**
 * A topic's configuration in effect on one broker, parsed: what partitions read on every append and every housekeeping
 * round. Fields carry the properties' meanings and units; see {@link TopicProperties}.
 *
 * @param delete cleanup.policy has delete
 * @param compact cleanup.policy has compact
 * @param compression how batches are to be compressed; null: as they come
 * @param logAppendTime the leader's time counts, not the producer's
 * @param linearizableReads follower.read is linearizable
 * @param minDirtyRatio min.cleanable.dirty.ratio, 0 to 1
 */
public record TopicConfig(
        boolean delete,
        boolean compact,
        long retentionMs,
        long retentionBytes,
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int indexIntervalBytes,
        long fileDeleteDelayMs,
        int maxMessageBytes,
        Compression compression,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        boolean linearizableReads,
        boolean writeCaching,
        double minDirtyRatio,
        long minCompactionLagMs,
        long maxCompactionLagMs,
        long deleteRetentionMs) {

    /**
     * Reads the configuration of a topic.
     *
     * @param topic what is set on the topic; checked when it was set
     * @param layers what counts where the topic says nothing
     */
    public static TopicConfig of(Map<String, String> topic, ConfigLayers layers) {
        return new TopicConfig(
                TopicProperties.CLEANUP_POLICY.value(topic, layers).contains("delete"),
                TopicProperties.CLEANUP_POLICY.value(topic, layers).contains("compact"),
                TopicProperties.RETENTION_MS.value(topic, layers),
                TopicProperties.RETENTION_BYTES.value(topic, layers),
                TopicProperties.SEGMENT_BYTES.value(topic, layers),
                TopicProperties.SEGMENT_MS.value(topic, layers),
                TopicProperties.SEGMENT_JITTER_MS.value(topic, layers),
                TopicProperties.INDEX_INTERVAL_BYTES.value(topic, layers),
                TopicProperties.FILE_DELETE_DELAY_MS.value(topic, layers),
                TopicProperties.MAX_MESSAGE_BYTES.value(topic, layers),
                compression(TopicProperties.COMPRESSION_TYPE.value(topic, layers)),
                TopicProperties.MESSAGE_TIMESTAMP_TYPE.value(topic, layers).equals("LogAppendTime"),
                TopicProperties.TIMESTAMP_BEFORE_MAX_MS.value(topic, layers),
                TopicProperties.TIMESTAMP_AFTER_MAX_MS.value(topic, layers),
                TopicProperties.FOLLOWER_READ.value(topic, layers).equals("linearizable"),
                TopicProperties.WRITE_CACHING.value(topic, layers),
                TopicProperties.MIN_CLEANABLE_DIRTY_RATIO.value(topic, layers),
                TopicProperties.MIN_COMPACTION_LAG_MS.value(topic, layers),
                TopicProperties.MAX_COMPACTION_LAG_MS.value(topic, layers),
                TopicProperties.DELETE_RETENTION_MS.value(topic, layers));
    }

    private static Compression compression(String type) {
        return switch (type) {
            case "producer" -> null;
            case "uncompressed" -> Compression.NONE;
            default -> Compression.valueOf(type.toUpperCase(Locale.ROOT));
        };
    }
}
