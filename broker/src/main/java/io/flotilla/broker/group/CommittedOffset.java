package io.flotilla.broker.group;

import java.util.UUID;

/**
 * An offset a group has committed for one partition.
 *
 * @param leaderEpoch of the last consumed record; -1 if the client did not say
 * @param metadata what the client wants to keep with it; never null
 * @param commitTimestamp milliseconds since the epoch
 * @param expireTimestamp when the client wants it forgotten, -1 for the broker's retention
 * @param topicId {@link TopicPartition#NO_TOPIC_ID} when it was written without one
 */
public record CommittedOffset(
        long offset, int leaderEpoch, String metadata, long commitTimestamp, long expireTimestamp, UUID topicId) {
    /** Stands for "no time of its own". */
    public static final long NO_EXPIRY = -1;

    /** Whether this belongs to the topic with that id, as far as both are known. */
    public boolean isFor(UUID id) {
        return topicId.equals(id)
                || topicId.equals(TopicPartition.NO_TOPIC_ID)
                || id.equals(TopicPartition.NO_TOPIC_ID);
    }
}
