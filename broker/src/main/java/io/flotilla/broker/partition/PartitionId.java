package io.flotilla.broker.partition;

import java.util.UUID;

/** A partition, by its topic's id; a topic deleted and made again under the same name has another id. */
public record PartitionId(UUID topicId, int partition) {
    /** The one partition of the cluster metadata log, under the topic id that Kafka reserves for it. */
    public static final PartitionId METADATA = new PartitionId(new UUID(0, 1), 0);
}
