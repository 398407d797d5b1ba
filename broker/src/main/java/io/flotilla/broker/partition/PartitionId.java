package io.flotilla.broker.partition;

import java.util.UUID;

/** A partition, by its topic's id; a topic deleted and made again under the same name has another id. */
public record PartitionId(UUID topicId, int partition) {
    /** The one partition of the cluster metadata log, under the topic id that Kafka reserves for it. */
    public static final PartitionId METADATA = new PartitionId(new UUID(0, 1), 0);

    // Written out, for these are the keys of maps that every message is looked up in, and a record's own go through
    // method handles,
    // which the C1 compiler does not see through.

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionId that && partition == that.partition && topicId.equals(that.topicId);
    }

    @Override
    public int hashCode() {
        return 31 * topicId.hashCode() + partition;
    }
}
