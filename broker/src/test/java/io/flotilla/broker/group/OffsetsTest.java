package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupBed.CHECK_MS;
import static io.flotilla.broker.group.GroupBed.GROUP;
import static io.flotilla.broker.group.GroupBed.RETENTION_MS;
import static io.flotilla.broker.group.GroupBed.offset;
import static io.flotilla.broker.group.GroupBed.partition;
import static io.flotilla.broker.group.GroupBed.topicId;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.group.CommitCommand.OffsetToCommit;
import io.flotilla.broker.group.GroupBed.Client;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OffsetsTest {
    private final GroupBed bed = new GroupBed();
    private final Client member = bed.client("t");

    private List<ErrorCode> commitAlone(OffsetToCommit... offsets) {
        return commitAlone(-1, offsets);
    }

    private List<ErrorCode> commitAlone(long retentionMs, OffsetToCommit... offsets) {
        CommitCommand command =
                new CommitCommand(GROUP, new MemberIdentity("", null), -1, retentionMs, false, List.of(offsets));
        return bed.commit(command);
    }

    private Long committed(String topic, int partition) {
        CommittedOffset found = bed.ask(machine -> machine.fetch(GROUP, List.of(partition(topic, partition))))
                .get(0);
        return found == null ? null : found.offset();
    }

    @Test
    void keepsOffsetsOfThoseWhoAreNotMembers() {
        assertThat(commitAlone(offset("t", 0, 10, "note"), offset("t", 1, 20, null)))
                .containsOnly(ErrorCode.NONE);
        List<CommittedOffset> found = bed.ask(
                machine -> machine.fetch(GROUP, List.of(partition("t", 1), partition("t", 2), partition("t", 0))));
        assertThat(found.get(0).metadata()).isEmpty();
        assertThat(found.get(1)).isNull();
        assertThat(found.get(2)).isEqualTo(new CommittedOffset(10, 5, "note", bed.loop.millis(), -1, topicId("t")));
        assertThat(bed.ask(GroupMachine::list)).containsExactly(new ListedGroup(GROUP, "", GroupState.EMPTY));
    }

    @Test
    void anUncommittedCommitIsNotFetched() {
        commitAlone(offset("t", 0, 1, ""));
        bed.partition.holdCommits = true;
        CommitCommand command =
                new CommitCommand(GROUP, new MemberIdentity("", null), -1, -1, false, List.of(offset("t", 0, 2, "")));
        CompletableFuture<List<ErrorCode>> commit = bed.submit(machine -> machine.commit(command));
        CompletableFuture<List<CommittedOffset>> fetch =
                bed.submit(machine -> machine.fetch(GROUP, List.of(partition("t", 0))));
        assertThat(fetch).isNotDone();
        bed.failOver();
        assertThat(commit).isCompletedExceptionally();
        assertThat(fetch).isCompletedExceptionally();
        assertThat(committed("t", 0)).isEqualTo(1);
    }

    @Test
    void refusesLongMetadataAndKeepsTheRest() {
        assertThat(commitAlone(offset("t", 0, 1, "x".repeat(101)), offset("t", 1, 2, "x".repeat(100))))
                .containsExactly(ErrorCode.OFFSET_METADATA_TOO_LARGE, ErrorCode.NONE);
        assertThat(committed("t", 0)).isNull();
        assertThat(committed("t", 1)).isEqualTo(2);
    }

    @Test
    void membersCommitWithinTheirGeneration() {
        bed.stabilize(member);
        assertThat(member.commit("t", 5)).isEqualTo(ErrorCode.NONE);
        member.generation++;
        assertThat(member.commit("t", 6)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        member.generation = 1;
        member.id = "somebody else";
        assertThat(member.commit("t", 6)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(commitAlone(offset("t", 0, 6, "")))
                .as("not a member of a group that has some")
                .containsOnly(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(committed("t", 0)).isEqualTo(5);
    }

    @Test
    void membersMayStillCommitWhileARebalanceIsPreparedButNotBeforeTheirAssignment() {
        bed.stabilize(member);
        Client other = bed.client("t");
        CompletableFuture<JoinResult> joins = other.join();
        assertThat(member.commit("t", 5)).isEqualTo(ErrorCode.NONE);
        member.joined(member.join());
        other.joined(joins);
        assertThat(member.commit("t", 6)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aCommitIsASignOfLife() {
        bed.stabilize(member);
        bed.loop.advance(GroupBed.SESSION_MS - 1);
        member.commit("t", 5);
        bed.loop.advance(GroupBed.SESSION_MS - 1);
        assertThat(member.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aGenerationOfAGroupThatDoesNotExistIsRefusedInTheWordsTheClientKnows() {
        for (boolean newer : new boolean[] {false, true}) {
            CommitCommand command = new CommitCommand(
                    "none", new MemberIdentity("m", null), 3, -1, newer, List.of(offset("t", 0, 1, "")));
            assertThat(bed.commit(command))
                    .containsExactly(newer ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION);
        }
    }

    @Test
    void anOffsetOfADeletedTopicDoesNotCountForItsNamesake() {
        commitAlone(offset("t", 0, 10, ""));
        TopicPartition namesake = new TopicPartition("t", new UUID(1, 1), 0);
        TopicPartition idUnknown = new TopicPartition("t", TopicPartition.NO_TOPIC_ID, 0);
        List<CommittedOffset> found = bed.ask(machine -> machine.fetch(GROUP, List.of(namesake, idUnknown)));
        assertThat(found.get(0)).isNull();
        assertThat(found.get(1).offset()).isEqualTo(10);
    }

    @Test
    void offsetsOfDeletedTopicsAreForgotten() {
        commitAlone(offset("t", 0, 10, ""), offset("u", 0, 20, ""));
        bed.ask(machine -> machine.forgetTopics(Map.of("t", topicId("t"), "u", new UUID(9, 9))));
        bed.loop.advance(1);
        assertThat(bed.ask(machine -> machine.fetchAll(GROUP)).keySet())
                .as("u was deleted and made again before the commit")
                .containsExactly("u");
        bed.failOver();
        assertThat(bed.ask(machine -> machine.fetchAll(GROUP)).keySet()).containsExactly("u");
    }

    @Test
    void forgetsOffsetsOfAGroupThatNeverHadMembersSomeTimeAfterTheCommit() {
        commitAlone(offset("t", 0, 10, ""));
        bed.loop.advance(RETENTION_MS / 2);
        commitAlone(offset("t", 1, 20, ""));
        bed.loop.advance(RETENTION_MS / 2 + CHECK_MS);
        assertThat(committed("t", 0)).isNull();
        assertThat(committed("t", 1)).isEqualTo(20);
        bed.loop.advance(RETENTION_MS / 2);
        assertThat(bed.ask(GroupMachine::list))
                .as("the group went with its last offset")
                .isEmpty();
        bed.failOver();
        assertThat(bed.ask(GroupMachine::list)).isEmpty();
    }

    @Test
    void forgetsOffsetsOfAnEmptyGroupSomeTimeAfterTheLastMemberLeft() {
        bed.stabilize(member);
        member.commit("t", 5);
        bed.loop.advance(1);
        for (long waited = 0; waited < RETENTION_MS * 2; waited += GroupBed.SESSION_MS / 2) {
            bed.loop.advance(GroupBed.SESSION_MS / 2);
            member.heartbeat();
        }
        assertThat(committed("t", 0)).as("old, but read by a member").isEqualTo(5);
        member.leave();
        bed.loop.advance(RETENTION_MS - 1);
        assertThat(committed("t", 0)).isEqualTo(5);
        bed.loop.advance(CHECK_MS);
        assertThat(committed("t", 0)).isNull();
    }

    @Test
    void forgetsOffsetsOfTopicsThatAStableGroupNoLongerReads() {
        bed.stabilize(member);
        member.commit("t", 5);
        member.commit("former", 6);
        for (long waited = 0; waited < RETENTION_MS + CHECK_MS; waited += GroupBed.SESSION_MS / 2) {
            bed.loop.advance(GroupBed.SESSION_MS / 2);
            member.heartbeat();
        }
        assertThat(committed("t", 0)).isEqualTo(5);
        assertThat(committed("former", 0)).isNull();
    }

    @Test
    void anOldClientMayChooseItsOwnRetention() {
        commitAlone(2 * CHECK_MS, offset("t", 0, 10, ""));
        commitAlone(offset("t", 1, 10, ""));
        bed.failOver();
        bed.loop.advance(3 * CHECK_MS);
        assertThat(committed("t", 0)).isNull();
        assertThat(committed("t", 1)).isEqualTo(10);
    }

    @Test
    void forgettingMoreThanFitsABatchTakesSeveral() {
        int many = 500;
        for (int from = 0; from < many; from += 50) {
            commitAlone(IntStream.range(from, from + 50)
                    .mapToObj(partition -> offset("t", partition, 1, ""))
                    .toArray(OffsetToCommit[]::new));
        }
        int before = bed.partition.batchCount();
        bed.loop.advance(RETENTION_MS + CHECK_MS);
        assertThat(bed.ask(GroupMachine::list)).isEmpty();
        assertThat(bed.partition.batchCount() - before).isGreaterThan(1);
        bed.failOver();
        assertThat(bed.ask(GroupMachine::list)).isEmpty();
    }

    @Test
    void deletesOffsetsThatNoMemberReads() {
        bed.stabilize(member);
        member.commit("t", 5);
        member.commit("former", 6);
        EachResult result = bed.ask(machine -> machine.deleteOffsets(
                GROUP, List.of(partition("t", 0), partition("former", 0), partition("never", 0))));
        assertThat(result.each()).containsExactly(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.NONE, ErrorCode.NONE);
        assertThat(committed("t", 0)).isEqualTo(5);
        assertThat(committed("former", 0)).isNull();
    }

    @Test
    void deletesNoOffsetsOfMembersWhoseReadingIsUnknown() {
        member.protocolType = "connect";
        bed.stabilize(member);
        List<TopicPartition> any = List.of(partition("t", 0));
        assertThat(bed.ask(machine -> machine.deleteOffsets(GROUP, any)).error())
                .isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        assertThat(bed.ask(machine -> machine.deleteOffsets("none", any)).error())
                .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void deletesNoOffsetsWhenASubscriptionCannotBeRead() {
        member.protocols = List.of(new Protocol("range", new byte[] {0, 0, 127, 0, 0, 0}));
        bed.stabilize(member);
        member.commit("t", 5);
        assertThat(bed.ask(machine -> machine.deleteOffsets(GROUP, List.of(partition("t", 0))))
                        .each())
                .containsExactly(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
    }

    @Test
    void deletesAGroupWithItsOffsetsUnlessItHasMembers() {
        bed.stabilize(member);
        member.commit("t", 5);
        assertThat(bed.delete()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        member.leave();
        assertThat(bed.delete()).isEqualTo(ErrorCode.NONE);
        assertThat(bed.delete()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        List<GroupDescription> found = new ArrayList<>();
        found.add(bed.describe());
        bed.failOver();
        found.add(bed.describe());
        assertThat(found).containsOnlyNulls();
        assertThat(committed("t", 0)).isNull();
    }
}
