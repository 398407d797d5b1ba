package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreateTopicsRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The topics brokers keep their own state in, made when first needed. Thread-safe. */
public final class InternalTopics {
    private final BrokerConfig config;
    private final MetadataCache cache;
    private final TopicCreator creator;

    public InternalTopics(BrokerConfig config, MetadataCache cache, TopicCreator creator) {
        this.config = config;
        this.cache = cache;
        this.creator = creator;
    }

    /**
     * Makes {@link TopicNames#CONSUMER_OFFSETS} unless it is there. Refused by the metadata leader until as many brokers as
     * it is to have replicas are registered, so that a cluster that just starts does not make it too small for ever.
     *
     * @return never fails; NONE when the topic exists, though perhaps not in this broker's image yet
     * @throws IllegalArgumentException for a name that is no internal topic
     */
    public CompletableFuture<ErrorCode> ensure(String name) {
        if (!name.equals(TopicNames.CONSUMER_OFFSETS)) {
            throw new IllegalArgumentException(name + " is not an internal topic");
        }
        if (cache.image().topic(name) != null) {
            return CompletableFuture.completedFuture(ErrorCode.NONE);
        }
        return creator.create(List.of(offsets())).thenApply(results -> results.get(name));
    }

    private CreateTopicsRequest.Topic offsets() {
        return CreateTopicsRequest.Topic.builder()
                .name(TopicNames.CONSUMER_OFFSETS)
                .numPartitions(config.get(BrokerProperties.OFFSETS_PARTITIONS))
                .replicationFactor((short) config.offsetsReplicationFactor())
                .configs(List.of(
                        new CreateTopicsRequest.Config("cleanup.policy", "compact"),
                        new CreateTopicsRequest.Config(
                                "segment.bytes", String.valueOf(config.get(BrokerProperties.OFFSETS_SEGMENT_BYTES)))))
                .build();
    }
}
