package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.record.Record;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Metadata images as a test needs them. */
public final class TestImages {
    private TestImages() {}

    /**
     * The topic after somebody has asked to move a partition, with the metadata record at this offset.
     *
     * @param target the replicas there are to be; null to cancel
     */
    public static TopicInfo reassigned(int brokers, TopicInfo topic, int partition, List<Integer> target, long offset) {
        MetadataState state = state(brokers, List.of(topic));
        var outcome = new Reassignments(state)
                .alter(AlterPartitionReassignmentsRequest.builder()
                        .topics(List.of(new AlterPartitionReassignmentsRequest.Topic(
                                topic.name(),
                                List.of(new AlterPartitionReassignmentsRequest.Partition(partition, target)))))
                        .build());
        var result = outcome.response().responses().get(0).partitions().get(0);
        if (result.errorCode() != 0) {
            throw new AssertionError(result.errorMessage());
        }
        return replayed(state, outcome.records(), topic, offset);
    }

    /** The topic after a partition's leader has reported, with the metadata record at this offset. */
    public static TopicInfo reached(
            int brokers, TopicInfo topic, int partition, long assignmentOffset, List<Integer> voters, long offset) {
        MetadataState state = state(brokers, List.of(topic));
        var outcome = new Reassignments(state)
                .reached(AssignmentReachedRequest.builder()
                        .topicId(topic.id())
                        .partition(partition)
                        .assignmentOffset(assignmentOffset)
                        .voters(voters)
                        .build());
        return replayed(state, outcome.records(), topic, offset);
    }

    private static TopicInfo replayed(MetadataState state, List<MachineRecord> records, TopicInfo topic, long offset) {
        for (MachineRecord record : records) {
            state.replay(new Record(
                    offset,
                    0,
                    Unpooled.wrappedBuffer(record.key()),
                    Unpooled.wrappedBuffer(record.value()),
                    List.of()));
        }
        return state.topicsById.get(topic.id());
    }

    /** An image with these topics and with brokers 1 to {@code brokers}, at {@code host-N:9092} in {@code rack-N}. */
    public static MetadataImage of(int brokers, Iterable<TopicInfo> topics) {
        return state(brokers, topics).image();
    }

    /**
     * The same, where brokers have had their disks only since the metadata records at these offsets, and topics with these ids
     * were deleted.
     */
    public static MetadataImage of(
            int brokers, Iterable<TopicInfo> topics, Map<Integer, Long> disksSince, Iterable<UUID> deleted) {
        MetadataState state = state(brokers, topics);
        deleted.forEach(id -> state.deletedTopics = state.deletedTopics.plus(id, 0L));
        disksSince.forEach(
                (broker, offset) -> state.disks = state.disks.plus(broker, new MetadataState.Disks(List.of(), offset)));
        return state.image();
    }

    private static MetadataState state(int brokers, Iterable<TopicInfo> topics) {
        MetadataState state = new MetadataState();
        for (int id = 1; id <= brokers; id++) {
            state.brokers = state.brokers.plus(id, new BrokerInfo(id, "host-" + id, 9092, "rack-" + id));
        }
        for (TopicInfo topic : topics) {
            state.topicsByName = state.topicsByName.plus(topic.name(), topic);
            state.topicsById = state.topicsById.plus(topic.id(), topic);
        }
        return state;
    }
}
