package io.flotilla.log;

import java.util.UUID;

/**
 * Which partition a log belongs to. The topic's name gives the directory its name, as in Kafka; the topic's id tells a topic
 * from an earlier one of the same name.
 */
public record LogId(String topic, UUID topicId, int partition) {
    /** Name of the log's directory: {@code <topic>-<partition>}. */
    public String directoryName() {
        return topic + "-" + partition;
    }

    /** Key of this partition's Raft group in the {@link io.flotilla.log.state.HardStateJournal}. */
    public GroupId group() {
        return new GroupId(topicId, partition);
    }
}
