package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AlterPartitionReassignmentsResponse;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.message.AssignmentReachedResponse;
import io.flotilla.wire.message.ClusterAssignmentRecord;
import io.flotilla.wire.message.ListPartitionReassignmentsRequest;
import io.flotilla.wire.message.ListPartitionReassignmentsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Moves partitions to other brokers, and takes moves back (KIP-455). What is written here is the wish alone; the leader of each
 * partition fulfils it and reports. Made for one request.
 */
final class Reassignments {
    private final MetadataState state;
    private final List<MachineRecord> records = new ArrayList<>();
    private final Set<List<Object>> seen = new HashSet<>();

    Reassignments(MetadataState state) {
        this.state = state;
    }

    Outcome<AlterPartitionReassignmentsResponse> alter(AlterPartitionReassignmentsRequest request) {
        List<AlterPartitionReassignmentsResponse.Topic> topics = new ArrayList<>();
        for (AlterPartitionReassignmentsRequest.Topic topic : request.topics()) {
            List<AlterPartitionReassignmentsResponse.Partition> partitions = new ArrayList<>();
            for (AlterPartitionReassignmentsRequest.Partition partition : topic.partitions()) {
                partitions.add(alterOrRefuse(topic.name(), partition, request.allowReplicationFactorChange()));
            }
            topics.add(new AlterPartitionReassignmentsResponse.Topic(topic.name(), partitions));
        }
        return new Outcome<>(
                records,
                AlterPartitionReassignmentsResponse.builder()
                        .allowReplicationFactorChange(request.allowReplicationFactorChange())
                        .responses(topics)
                        .build());
    }

    private AlterPartitionReassignmentsResponse.Partition alterOrRefuse(
            String name, AlterPartitionReassignmentsRequest.Partition asked, boolean mayResize) {
        int index = asked.partitionIndex();
        try {
            TopicInfo topic = find(name, index);
            if (!seen.add(List.of(name, index))) {
                throw Duplicates.refusal("partition " + name + "-" + index);
            }
            Assignment now = topic.assignments().get(index);
            if (asked.replicas() == null) {
                cancel(topic, index, now);
            } else {
                move(topic, index, now, asked.replicas(), mayResize);
            }
            return new AlterPartitionReassignmentsResponse.Partition(index, ErrorCode.NONE.code(), null);
        } catch (Refusal refusal) {
            return new AlterPartitionReassignmentsResponse.Partition(index, refusal.code(), refusal.getMessage());
        }
    }

    private TopicInfo find(String name, int partition) {
        TopicInfo topic = state.topicsByName.get(name);
        if (topic == null) {
            throw new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Topic '" + name + "' does not exist");
        }
        if (partition < 0 || partition >= topic.partitions()) {
            throw new Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "Topic '%s' has the partitions 0 to %d, not %d".formatted(name, topic.partitions() - 1, partition));
        }
        return topic;
    }

    private void cancel(TopicInfo topic, int partition, Assignment now) {
        if (!now.isReassigning()) {
            throw new Refusal(
                    ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
                    "No reassignment of %s-%d is in progress".formatted(topic.name(), partition));
        }
        put(topic, partition, now, now.origin(), now.origin());
    }

    private void move(TopicInfo topic, int partition, Assignment now, List<Integer> target, boolean mayResize) {
        String problem = problem(target);
        if (problem != null) {
            throw new Refusal(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "Replicas of %s-%d: %s".formatted(topic.name(), partition, problem));
        }
        if (!mayResize && target.size() != now.origin().size()) {
            throw new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "%s-%d has %d replicas; %d would change its replication factor, which the request forbids"
                            .formatted(topic.name(), partition, now.origin().size(), target.size()));
        }
        put(topic, partition, now, now.origin(), target);
    }

    private String problem(List<Integer> replicas) {
        if (replicas.isEmpty()) {
            return "there must be at least one";
        }
        if (replicas.size() > PartitionPlanner.MAX_REPLICAS) {
            return "there can be at most %d, not %d".formatted(PartitionPlanner.MAX_REPLICAS, replicas.size());
        }
        if (new HashSet<>(replicas).size() != replicas.size()) {
            return replicas + " names a broker twice";
        }
        if (!state.brokers.keySet().containsAll(replicas)) {
            return "%s names a broker that is not registered; these are: %s"
                    .formatted(replicas, state.brokers.keySet());
        }
        return null;
    }

    /** Writes an assignment that leads from the origin to the target, unless it is the present one. */
    private void put(TopicInfo topic, int partition, Assignment now, List<Integer> origin, List<Integer> target) {
        List<Integer> replicas = new ArrayList<>(target);
        replicas.addAll(Assignment.without(origin, target));
        List<Integer> adding = Assignment.without(target, origin);
        List<Integer> removing = Assignment.without(origin, target);
        // Whoever was on the way in may be in the group already, and must not drop its data before it is out again.
        List<Integer> leaving = new ArrayList<>(now.leaving());
        leaving.addAll(now.adding());
        leaving.removeAll(replicas);
        if (!replicas.equals(now.replicas())
                || !adding.equals(now.adding())
                || !removing.equals(now.removing())
                || !leaving.equals(now.leaving())) {
            records.add(RecordType.encode(
                    new ClusterAssignmentRecord(topic.id(), partition, replicas, adding, removing, leaving)));
        }
    }

    /** Ends a reassignment whose leader has reported that the Raft group consists of the target alone. */
    Outcome<AssignmentReachedResponse> reached(AssignmentReachedRequest request) {
        TopicInfo topic = state.topicsById.get(request.topicId());
        int partition = request.partition();
        if (topic == null || partition < 0 || partition >= topic.partitions()) {
            return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no such partition any more");
        }
        Assignment now = topic.assignments().get(partition);
        if (now.offset() != request.assignmentOffset()) {
            return refused(ErrorCode.INVALID_REQUEST, "The partition has got another assignment meanwhile");
        }
        if (!new TreeSet<>(now.target()).equals(new TreeSet<>(request.voters()))) {
            return refused(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "The partition is to have the replicas %s, not %s".formatted(now.target(), request.voters()));
        }
        if (now.isPending()) {
            records.add(RecordType.encode(
                    new ClusterAssignmentRecord(topic.id(), partition, now.target(), List.of(), List.of(), List.of())));
        }
        return new Outcome<>(records, AssignmentReachedResponse.builder().build());
    }

    private static Outcome<AssignmentReachedResponse> refused(ErrorCode error, String message) {
        return Outcome.read(AssignmentReachedResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build());
    }

    /** The reassignments under way, of all partitions or of those asked for. */
    Outcome<ListPartitionReassignmentsResponse> list(ListPartitionReassignmentsRequest request) {
        List<ListPartitionReassignmentsResponse.Topic> topics = new ArrayList<>();
        if (request.topics() == null) {
            state.topicsByName.values().forEach(topic -> addReassigning(topics, topic, allOf(topic)));
        } else {
            for (ListPartitionReassignmentsRequest.Topic asked : request.topics()) {
                TopicInfo topic = state.topicsByName.get(asked.name());
                if (topic != null) {
                    addReassigning(topics, topic, new TreeSet<>(asked.partitionIndexes()));
                }
            }
        }
        return Outcome.read(
                ListPartitionReassignmentsResponse.builder().topics(topics).build());
    }

    private static List<Integer> allOf(TopicInfo topic) {
        List<Integer> partitions = new ArrayList<>();
        for (int partition = 0; partition < topic.partitions(); partition++) {
            partitions.add(partition);
        }
        return partitions;
    }

    private static void addReassigning(
            List<ListPartitionReassignmentsResponse.Topic> topics, TopicInfo topic, Collection<Integer> asked) {
        List<ListPartitionReassignmentsResponse.Partition> partitions = new ArrayList<>();
        for (int partition : asked) {
            boolean exists = partition >= 0 && partition < topic.partitions();
            Assignment assignment = exists ? topic.assignments().get(partition) : null;
            if (exists && assignment.isReassigning()) {
                partitions.add(new ListPartitionReassignmentsResponse.Partition(
                        partition, assignment.replicas(), assignment.adding(), assignment.removing()));
            }
        }
        if (!partitions.isEmpty()) {
            topics.add(new ListPartitionReassignmentsResponse.Topic(topic.name(), partitions));
        }
    }
}
