package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AlterPartitionReassignmentsResponse;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.ListPartitionReassignmentsRequest;
import io.flotilla.wire.message.ListPartitionReassignmentsResponse;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a partition's assignment when a reassignment is asked for, taken back, replaced and reported as done. */
class ReassignmentsTest {
    private final Controllers controller = Controllers.withBrokers(6);

    @BeforeEach
    void makeTopic() {
        controller.run(machine -> machine.createTopics(CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.Topic.builder()
                        .name("t")
                        .numPartitions(-1)
                        .replicationFactor((short) -1)
                        .assignments(List.of(
                                new CreateTopicsRequest.Assignment(0, List.of(0, 1, 2)),
                                new CreateTopicsRequest.Assignment(1, List.of(1, 2, 0))))
                        .build()))
                .build()));
    }

    @Test
    void aMoveKeepsTheOldReplicasUntilTheLeaderReports() {
        assertThat(alter(0, 3, 4, 0)).isEqualTo(ErrorCode.NONE);
        assertThat(assignment().replicas()).containsExactly(3, 4, 0, 1, 2);
        assertThat(assignment().adding()).containsExactly(3, 4);
        assertThat(assignment().removing()).containsExactly(1, 2);
        assertThat(assignment().target()).containsExactly(3, 4, 0);
        assertThat(list(null)).singleElement().satisfies(topic -> assertThat(topic.partitions())
                .containsExactly(new ListPartitionReassignmentsResponse.Partition(
                        0, List.of(3, 4, 0, 1, 2), List.of(3, 4), List.of(1, 2))));

        assertThat(reached(assignment().offset(), 0, 3, 4)).isEqualTo(ErrorCode.NONE);
        assertThat(assignment().replicas()).containsExactly(3, 4, 0);
        assertThat(assignment().isPending()).isFalse();
        assertThat(list(null)).isEmpty();
    }

    @Test
    void aReportCountsForTheAssignmentItIsAboutOnly() {
        alter(0, 3, 4, 5);
        long first = assignment().offset();
        assertThat(reached(first, 0, 1, 2)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        alter(0, 3, 4, 0);
        assertThat(reached(first, 3, 4, 5)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(assignment().isReassigning()).isTrue();
    }

    @Test
    void aCancelledMoveIsOverForUsersAtOnceAndForItsBrokersWhenTheLeaderReports() {
        alter(0, 3, 4, 0);
        assertThat(alter(0)).isEqualTo(ErrorCode.NONE);
        assertThat(assignment().replicas()).containsExactly(0, 1, 2);
        assertThat(assignment().isReassigning()).isFalse();
        assertThat(assignment().leaving()).containsExactly(3, 4);
        assertThat(assignment().isHostedBy(3)).isTrue();
        assertThat(list(null)).isEmpty();
        assertThat(alter(0)).isEqualTo(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);

        assertThat(reached(assignment().offset(), 0, 1, 2)).isEqualTo(ErrorCode.NONE);
        assertThat(assignment().isHostedBy(3)).isFalse();
    }

    @Test
    void aNewMoveReplacesTheOneUnderWay() {
        alter(0, 3, 4, 0);
        alter(0, 5, 0, 1);
        assertThat(assignment().replicas()).containsExactly(5, 0, 1, 2);
        assertThat(assignment().adding()).containsExactly(5);
        assertThat(assignment().removing()).containsExactly(2);
        assertThat(assignment().leaving()).containsExactly(3, 4);
        alter(0, 3, 0, 1);
        assertThat(assignment().adding()).containsExactly(3);
        assertThat(assignment().leaving()).containsExactly(4, 5);
        alter(0);
        assertThat(assignment().replicas()).containsExactly(0, 1, 2);
    }

    @Test
    void anotherOrderIsNoMoveAndTheSameAssignmentIsNoRecord() {
        int before = controller.log.size();
        assertThat(alter(0, 0, 1, 2)).isEqualTo(ErrorCode.NONE);
        assertThat(controller.log).hasSize(before);
        assertThat(alter(0, 2, 1, 0)).isEqualTo(ErrorCode.NONE);
        assertThat(assignment().replicas()).containsExactly(2, 1, 0);
        assertThat(assignment().isPending()).isFalse();
        assertThat(assignment().original()).isFalse();
    }

    @Test
    void whatCannotBeIsRefusedOneByOne() {
        assertThat(alter(7, 0, 1, 2)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(alter(0, 0, 1, 1)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(alter(0, 0, 1, 77)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(alter(0, new int[0])).isEqualTo(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
        assertThat(alterAll("t", false, partition(0, List.of()), partition(1, List.of(3, 1))))
                .containsExactly(ErrorCode.INVALID_REPLICA_ASSIGNMENT, ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(alterAll("t", true, partition(0, List.of(3)), partition(0, List.of(4))))
                .containsExactly(ErrorCode.NONE, ErrorCode.INVALID_REQUEST);
        assertThat(alterAll("nowhere", true, partition(0, List.of(1))))
                .containsExactly(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void partitionsAreListedAsAsked() {
        alter(0, 3, 4, 5);
        alter(1, 3, 4, 5);
        assertThat(list(List.of(new ListPartitionReassignmentsRequest.Topic("t", List.of(1, 9)))))
                .singleElement()
                .satisfies(topic -> assertThat(topic.partitions())
                        .extracting(ListPartitionReassignmentsResponse.Partition::partitionIndex)
                        .containsExactly(1));
        assertThat(list(List.of(new ListPartitionReassignmentsRequest.Topic("nowhere", List.of(0)))))
                .isEmpty();
    }

    @Test
    void newPartitionsHaveAsManyReplicasAsThereAreToBe() {
        alter(0, 3, 4, 5);
        controller.run(machine -> machine.createPartitions(CreatePartitionsRequest.builder()
                .topics(List.of(CreatePartitionsRequest.Topic.builder()
                        .name("t")
                        .count(3)
                        .assignments(null)
                        .build()))
                .build()));
        assertThat(controller.image().topic("t").replicas().get(2)).hasSize(3);
    }

    @Test
    void aDeletedTopicTakesItsMovesAlong() {
        alter(0, 3, 4, 5);
        long offset = assignment().offset();
        controller.run(machine -> machine.deleteTopics(
                DeleteTopicsRequest.builder().topicNames(List.of("t")).build()));
        assertThat(list(null)).isEmpty();
        assertThat(reached(offset, 3, 4, 5)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private Assignment assignment() {
        return controller.image().topic("t").assignments().get(0);
    }

    /** Asks for these replicas; without any, asks to cancel. */
    private ErrorCode alter(int partition, int... replicas) {
        List<Integer> asked =
                replicas.length == 0 ? null : Arrays.stream(replicas).boxed().toList();
        return alterAll("t", true, partition(partition, asked)).get(0);
    }

    private static AlterPartitionReassignmentsRequest.Partition partition(int index, List<Integer> replicas) {
        return new AlterPartitionReassignmentsRequest.Partition(index, replicas);
    }

    private List<ErrorCode> alterAll(
            String topic, boolean mayResize, AlterPartitionReassignmentsRequest.Partition... partitions) {
        AlterPartitionReassignmentsResponse response =
                controller.run(machine -> machine.alterReassignments(AlterPartitionReassignmentsRequest.builder()
                        .allowReplicationFactorChange(mayResize)
                        .topics(List.of(new AlterPartitionReassignmentsRequest.Topic(topic, List.of(partitions))))
                        .build()));
        return response.responses().get(0).partitions().stream()
                .map(partition -> ErrorCode.of(partition.errorCode()))
                .toList();
    }

    private ErrorCode reached(long offset, Integer... voters) {
        var topic = controller.image().topic("t");
        AssignmentReachedRequest request = AssignmentReachedRequest.builder()
                .topicId(topic == null ? new UUID(9, 9) : topic.id())
                .assignmentOffset(offset)
                .voters(List.of(voters))
                .build();
        return ErrorCode.of(
                controller.run(machine -> machine.assignmentReached(request)).errorCode());
    }

    private List<ListPartitionReassignmentsResponse.Topic> list(List<ListPartitionReassignmentsRequest.Topic> topics) {
        return controller
                .run(machine -> machine.listReassignments(ListPartitionReassignmentsRequest.builder()
                        .topics(topics)
                        .build()))
                .topics();
    }
}
