package io.flotilla.broker.group;

/**
 * What an administrator decides about groups. Each field is the property of the same meaning.
 *
 * @param minSessionTimeoutMs {@code group.min.session.timeout.ms}
 * @param maxSessionTimeoutMs {@code group.max.session.timeout.ms}
 * @param maxSize {@code group.max.size}
 * @param initialRebalanceDelayMs {@code group.initial.rebalance.delay.ms}
 * @param offsetsRetentionMs {@code offsets.retention.minutes}, in milliseconds
 * @param offsetsCheckIntervalMs {@code offsets.retention.check.interval.ms}
 * @param offsetMetadataMaxBytes {@code offset.metadata.max.bytes}
 * @param maxBatchBytes {@code max.message.bytes} of {@code __consumer_offsets}
 */
public record GroupSettings(
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int maxSize,
        int initialRebalanceDelayMs,
        long offsetsRetentionMs,
        long offsetsCheckIntervalMs,
        int offsetMetadataMaxBytes,
        int maxBatchBytes) {}
