package io.flotilla.broker.group;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import java.util.concurrent.TimeUnit;

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
        int maxBatchBytes) {
    /** The settings of a broker's configuration. */
    public static GroupSettings of(BrokerConfig config) {
        return new GroupSettings(
                config.get(BrokerProperties.GROUP_MIN_SESSION_TIMEOUT_MS),
                config.get(BrokerProperties.GROUP_MAX_SESSION_TIMEOUT_MS),
                config.get(BrokerProperties.GROUP_MAX_SIZE),
                config.get(BrokerProperties.GROUP_INITIAL_REBALANCE_DELAY_MS),
                TimeUnit.MINUTES.toMillis(config.get(BrokerProperties.OFFSETS_RETENTION_MINUTES)),
                config.get(BrokerProperties.OFFSETS_RETENTION_CHECK_MS),
                config.get(BrokerProperties.OFFSET_METADATA_MAX_BYTES),
                config.get(BrokerProperties.MESSAGE_MAX_BYTES));
    }
}
