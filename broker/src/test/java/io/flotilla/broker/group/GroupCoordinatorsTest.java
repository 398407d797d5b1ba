package io.flotilla.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.machine.PromptFuture;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupCoordinatorsTest {
    private final TestCoordinators bed = new TestCoordinators();

    private ErrorCode errorOf(CompletableFuture<?> answer) {
        bed.loop.run();
        assertThat(answer).as("answered").isDone();
        try {
            answer.join();
            return ErrorCode.NONE;
        } catch (CompletionException e) {
            return ((CoordinatorException) e.getCause()).error();
        }
    }

    private CompletableFuture<GroupDescription> describe(String group) {
        CompletableFuture<GroupDescription> answer =
                PromptFuture.of(bed.groups.submit(group, machine -> machine.describe(group)));
        bed.loop.run();
        return answer;
    }

    private void commit(String group, TopicInfo topic) {
        CommitCommand command = new CommitCommand(
                group,
                new MemberIdentity("", null),
                -1,
                -1,
                false,
                List.of(new CommitCommand.OffsetToCommit(new TopicPartition(topic.name(), topic.id(), 0), 1, 0, "")));
        CompletableFuture<List<ErrorCode>> answer = bed.groups.submit(group, machine -> machine.commit(command));
        bed.loop.run();
        assertThat(answer).isCompleted();
        assertThat(answer.join()).containsOnly(ErrorCode.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "console-consumer-4711", "polygenelubricants", "ünïcode"})
    void putsAGroupWhereKafkaDoes(String group) {
        for (int count : new int[] {1, 3, 50}) {
            TopicInfo topic =
                    TopicInfo.made("t", new UUID(0, 1), Collections.nCopies(count, List.of(1)), 0, new TreeMap<>());
            assertThat(GroupCoordinators.partitionOf(group, topic)).isEqualTo(Utils.abs(group.hashCode()) % count);
        }
    }

    @Test
    void asksForTheTopicAndIsNotAvailableUntilItExists() {
        assertThatThrownBy(() -> bed.groups.coordinator("g"))
                .extracting(thrown -> ((CoordinatorException) thrown).error())
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(bed.topicRequests).isEqualTo(1);
        assertThat(errorOf(describe("g"))).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }

    @Test
    void namesTheLeaderOfTheGroupsPartitionWhileItLives() {
        TopicInfo topic = bed.createTopic(3);
        PartitionId partition = new PartitionId(topic.id(), GroupCoordinators.partitionOf("g", topic));
        assertThatThrownBy(() -> bed.groups.coordinator("g")).isInstanceOf(CoordinatorException.class);
        bed.leaders.set(partition, 2, 1);
        assertThat(bed.groups.coordinator("g").host()).isEqualTo("broker-2");
        bed.dead.add(2);
        assertThatThrownBy(() -> bed.groups.coordinator("g")).isInstanceOf(CoordinatorException.class);
    }

    @Test
    void answersOnlyForPartitionsThatAreLedAndLoadedHere() {
        bed.createTopic(1);
        assertThat(errorOf(describe("g"))).isEqualTo(ErrorCode.NOT_COORDINATOR);
        bed.partitions.get(0).lead();
        TopicInfo topic = bed.metadata.addTopic("t", 1);
        commit("g", topic);
        bed.partitions.get(0).resign();
        assertThat(errorOf(describe("g"))).isEqualTo(ErrorCode.NOT_COORDINATOR);
        bed.partitions.get(0).holdReads = true;
        bed.partitions.get(0).lead();
        assertThat(errorOf(describe("g"))).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(errorOf(bed.groups.readAll(GroupMachine::list)))
                .as("a list would be incomplete")
                .isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        bed.partitions.get(0).releaseReads();
        assertThat(describe("g").join()).isNotNull();
    }

    @Test
    void aReplicaOfADeletedTopicIsNotAsked() {
        bed.createTopic(1);
        bed.partitions.get(0).lead();
        assertThat(describe("g").join()).isNull();
        bed.metadata.removeTopic(GroupCoordinators.TOPIC);
        bed.metadata.addTopic(GroupCoordinators.TOPIC, 1);
        assertThat(errorOf(describe("g"))).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void listsTheGroupsOfAllPartitionsLedHere() {
        bed.leadTopic(8);
        TopicInfo topic = bed.metadata.addTopic("t", 1);
        List<String> names = List.of("a", "b", "c", "d", "e");
        names.forEach(name -> commit(name, topic));
        bed.partitions
                .get(GroupCoordinators.partitionOf("c", bed.metadata.image().topic(GroupCoordinators.TOPIC)))
                .resign();
        CompletableFuture<List<List<ListedGroup>>> lists = bed.groups.readAll(GroupMachine::list);
        bed.loop.run();
        assertThat(lists).isCompleted();
        assertThat(lists.join().stream().flatMap(List::stream))
                .extracting(ListedGroup::groupId)
                .containsExactlyInAnyOrder("a", "b", "d", "e");
    }

    @Test
    void forgetsOffsetsOfTopicsThatAreDeleted() {
        bed.leadTopic(2);
        TopicInfo doomed = bed.metadata.addTopic("doomed", 1);
        TopicInfo kept = bed.metadata.addTopic("kept", 1);
        commit("g", doomed);
        commit("g", kept);
        bed.metadata.removeTopic("doomed");
        bed.loop.advance(1);
        var all = bed.groups.submit("g", machine -> machine.fetchAll("g"));
        bed.loop.run();
        assertThat(all).isCompleted();
        assertThat(all.join().keySet()).containsExactly("kept");
    }
}
