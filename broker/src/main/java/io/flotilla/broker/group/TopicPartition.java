package io.flotilla.broker.group;

import java.util.UUID;

/**
 * A partition whose offset is asked for.
 *
 * @param topicId of the topic that has this name now; an offset committed to a deleted namesake does not count
 */
public record TopicPartition(String topic, UUID topicId, int partition) {
    /** Stands for a topic id nobody knows. */
    public static final UUID NO_TOPIC_ID = new UUID(0, 0);
}
