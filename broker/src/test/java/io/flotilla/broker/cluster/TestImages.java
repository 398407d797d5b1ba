package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.record.Record;
import io.netty.buffer.Unpooled;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    /** The log directories of brokers, as registrations have told them. */
    public static final class Registrations {
        private final Map<Integer, Disks> disks = new TreeMap<>();

        /** A broker has registered with these directories, in the metadata record at an offset. */
        public void register(int broker, Collection<UUID> directories, long offset) {
            disks.put(broker, directories(broker).now(directories, offset));
        }

        private Disks directories(int broker) {
            return disks.getOrDefault(broker, Disks.NONE);
        }

        /** Whether a broker's last registration had these directories. */
        public boolean has(int broker, Collection<UUID> directories) {
            return directories(broker).present().keySet().equals(Set.copyOf(directories));
        }
    }

    /** The same, with these log directories of the brokers, where topics with these ids were deleted. */
    public static MetadataImage of(
            int brokers, Iterable<TopicInfo> topics, Registrations registrations, Iterable<UUID> deleted) {
        MetadataState state = state(brokers, topics);
        deleted.forEach(id -> state.deletedTopics = state.deletedTopics.plus(id, 0L));
        registrations.disks.forEach((broker, disks) -> state.disks = state.disks.plus(broker, disks));
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
