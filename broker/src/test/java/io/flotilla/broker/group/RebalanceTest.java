package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupBed.DELAY_MS;
import static io.flotilla.broker.group.GroupBed.GROUP;
import static io.flotilla.broker.group.GroupBed.REBALANCE_MS;
import static io.flotilla.broker.group.GroupBed.SESSION_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.group.GroupBed.Client;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RebalanceTest {
    private final GroupBed bed = new GroupBed();
    private final Client a = bed.client("t");
    private final Client b = bed.client("t");
    private final Client c = bed.client("t");

    @Test
    void anEmptyGroupWaitsForMoreMembersWhileTheyKeepComing() {
        CompletableFuture<JoinResult> first = a.join();
        bed.loop.advance(DELAY_MS - 1);
        CompletableFuture<JoinResult> second = b.join();
        bed.loop.advance(1);
        assertThat(first).as("somebody came, so the wait is extended").isNotDone();
        bed.loop.advance(DELAY_MS);
        assertThat(a.joined(first).members()).hasSize(2);
        assertThat(b.joined(second).members())
                .as("only the leader sees the members")
                .isEmpty();
        assertThat(b.leader).isEqualTo(a.id);
    }

    @Test
    void theInitialWaitIsNoLongerThanTheRebalanceTimeout() {
        GroupBed large = new GroupBed(1_000);
        CompletableFuture<JoinResult> first = large.client("t").join();
        for (int waited = 0; waited < REBALANCE_MS; waited += DELAY_MS) {
            assertThat(first).isNotDone();
            large.client("t").join();
            large.loop.advance(DELAY_MS);
        }
        assertThat(first).isDone();
    }

    @Test
    void theLeadersAssignmentReachesEverybodyOnceItIsCommitted() {
        CompletableFuture<JoinResult> first = a.join();
        CompletableFuture<JoinResult> second = b.join();
        bed.loop.advance(DELAY_MS * 2);
        a.joined(first);
        b.joined(second);
        CompletableFuture<SyncResult> follower = b.sync(Map.of());
        assertThat(follower).isNotDone();
        bed.partition.holdCommits = true;
        CompletableFuture<SyncResult> leader = a.sync(Map.of(a.id, new byte[] {1}, b.id, new byte[] {2}));
        assertThat(leader).isNotDone();
        assertThat(follower)
                .as("an assignment that may vanish with this leader")
                .isNotDone();
        bed.partition.commit();
        assertThat(leader.join().assignment()).containsExactly(1);
        assertThat(follower.join().assignment()).containsExactly(2);
        assertThat(bed.state()).isEqualTo(GroupState.STABLE);
        assertThat(b.sync(Map.of()).join().assignment()).as("asked again").containsExactly(2);
    }

    @Test
    void aMemberWithoutAssignmentGetsAnEmptyOne() {
        CompletableFuture<JoinResult> first = a.join();
        bed.loop.advance(DELAY_MS);
        a.joined(first);
        assertThat(a.sync(Map.of()).join().assignment()).isEmpty();
    }

    @Test
    void aNewMemberMakesTheOthersJoinAgain() {
        bed.stabilize(a, b);
        CompletableFuture<JoinResult> third = c.join();
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(a.sync(Map.of()).join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        CompletableFuture<JoinResult> first = a.join();
        CompletableFuture<JoinResult> second = b.join();
        assertThat(a.joined(first).members()).hasSize(3);
        b.joined(second);
        c.joined(third);
        bed.syncAll(a, b, c);
        assertThat(List.of(a.generation, b.generation, c.generation)).containsOnly(2);
    }

    @Test
    void whoDoesNotJoinAgainInTimeIsDropped() {
        bed.stabilize(a, b);
        CompletableFuture<JoinResult> third = c.join();
        CompletableFuture<JoinResult> first = a.join();
        for (int waited = 0; waited < REBALANCE_MS; waited += SESSION_MS / 2) {
            assertThat(first).isNotDone();
            assertThat(b.heartbeat()).as("b lives, but does not join").isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
            bed.loop.advance(SESSION_MS / 2);
        }
        assertThat(a.joined(first).members())
                .extracting(JoinResult.JoinedMember::memberId)
                .containsExactly(a.id, c.joined(third).memberId());
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anotherMemberLeadsWhenTheLeaderDoesNotJoinAgain() {
        bed.stabilize(a, b);
        b.protocols = List.of(new Protocol("range", GroupBed.subscription("other")));
        CompletableFuture<JoinResult> second = b.join();
        bed.loop.advance(REBALANCE_MS);
        assertThat(b.joined(second).leader()).isEqualTo(b.id);
        assertThat(b.generation).isEqualTo(2);
    }

    @Test
    void whoNeverAsksForItsAssignmentIsDropped() {
        CompletableFuture<JoinResult> first = a.join();
        CompletableFuture<JoinResult> second = b.join();
        bed.loop.advance(DELAY_MS * 2);
        a.joined(first);
        b.joined(second);
        a.sync(Map.of()).join();
        for (int waited = 0; waited < REBALANCE_MS; waited += SESSION_MS / 2) {
            assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
            assertThat(b.heartbeat()).isEqualTo(ErrorCode.NONE);
            bed.loop.advance(SESSION_MS / 2);
        }
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aSilentMemberIsDroppedAfterItsSession() {
        bed.stabilize(a, b);
        bed.loop.advance(SESSION_MS - 1);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        bed.loop.advance(1);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.joined(a.join()).members()).hasSize(1);
    }

    @Test
    void aSessionDoesNotEndWhileTheCoordinatorOwesAnAnswer() {
        bed.stabilize(a, b);
        CompletableFuture<JoinResult> waiting = a.join();
        for (int waited = 0; waited < SESSION_MS * 2; waited += SESSION_MS / 2) {
            b.heartbeat();
            bed.loop.advance(SESSION_MS / 2);
        }
        assertThat(waiting).isNotDone();
        b.joined(b.join());
        assertThat(a.joined(waiting).members()).hasSize(2);
        bed.loop.advance(SESSION_MS - 1);
        assertThat(a.heartbeat()).as("the session began again with the answer").isEqualTo(ErrorCode.NONE);
    }

    @Test
    void leavingSharesTheWorkAnewAtOnce() {
        bed.stabilize(a, b);
        assertThat(a.leave()).isEqualTo(ErrorCode.NONE);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(b.joined(b.join()).leader()).isEqualTo(b.id);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.leave()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void leavingCompletesARebalanceThatWaitedForThatMember() {
        bed.stabilize(a, b);
        CompletableFuture<JoinResult> first = a.join();
        b.leave();
        assertThat(a.joined(first).members()).hasSize(1);
    }

    @Test
    void leavingEndsTheMembersOwnWaiting() {
        bed.stabilize(a, b);
        CompletableFuture<JoinResult> first = a.join();
        a.leave();
        assertThat(first.join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aMemberThatLeavesWhileOthersAwaitTheirAssignmentSendsThemBack() {
        CompletableFuture<JoinResult> first = a.join();
        CompletableFuture<JoinResult> second = b.join();
        bed.loop.advance(DELAY_MS * 2);
        a.joined(first);
        b.joined(second);
        CompletableFuture<SyncResult> waiting = b.sync(Map.of());
        a.leave();
        assertThat(waiting.join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(b.joined(b.join()).leader()).isEqualTo(b.id);
    }

    @Test
    void theLastToLeaveLeavesAnEmptyGroupAndAnEmptyGroupBeginsAgain() {
        bed.stabilize(a);
        a.leave();
        assertThat(bed.state()).isEqualTo(GroupState.EMPTY);
        CompletableFuture<JoinResult> again = b.join();
        bed.loop.advance(DELAY_MS);
        assertThat(b.joined(again).generation()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2})
    void anotherGenerationIsRefused(int generation) {
        bed.stabilize(a);
        a.generation = generation;
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(a.sync(Map.of()).join().error()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    @Test
    void aSyncWithAnotherIdeaOfTheProtocolIsRefused() {
        bed.stabilize(a);
        SyncCommand otherType = new SyncCommand(GROUP, a.identity(), 1, "connect", "range", Map.of());
        SyncCommand otherProtocol = new SyncCommand(GROUP, a.identity(), 1, "consumer", "sticky", Map.of());
        for (SyncCommand command : List.of(otherType, otherProtocol)) {
            assertThat(bed.ask(machine -> machine.sync(command)).error())
                    .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        }
    }

    @Test
    void strangersAreToldSo() {
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.sync(Map.of()).join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.leave()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        ErrorCode beat = bed.ask(machine -> machine.heartbeat("", a.identity(), 1));
        assertThat(beat).isEqualTo(ErrorCode.INVALID_GROUP_ID);
        assertThat(bed.ask(machine -> machine.leave("", List.of(a.identity()), null))
                        .error())
                .isEqualTo(ErrorCode.INVALID_GROUP_ID);
    }

    @Test
    void anAssignmentTooLargeForTheLogIsAnErrorAndTheGroupTriesAgain() {
        CompletableFuture<JoinResult> first = a.join();
        bed.loop.advance(DELAY_MS);
        a.joined(first);
        CompletableFuture<SyncResult> sync = a.sync(Map.of(a.id, new byte[GroupBed.MAX_BATCH_BYTES]));
        assertThat(sync.join().error()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        a.joined(a.join());
        assertThat(a.sync(Map.of(a.id, new byte[100])).join().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void describesMembersInFullOnlyWhileStable() {
        bed.stabilize(a);
        GroupDescription stable = bed.describe();
        assertThat(stable.protocol()).isEqualTo("range");
        assertThat(stable.members().get(0).assignment()).isEqualTo(GroupBed.bytes("for " + a.id));
        assertThat(stable.members().get(0).clientHost()).isEqualTo("/127.0.0.1");
        b.join();
        GroupDescription moving = bed.describe();
        assertThat(moving.state()).isEqualTo(GroupState.PREPARING_REBALANCE);
        assertThat(moving.protocol()).isEmpty();
        assertThat(moving.members().get(0).assignment()).isEmpty();
    }
}
