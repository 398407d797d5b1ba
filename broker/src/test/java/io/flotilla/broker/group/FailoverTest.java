package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupBed.DELAY_MS;
import static io.flotilla.broker.group.GroupBed.GROUP;
import static io.flotilla.broker.group.GroupBed.SESSION_MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.group.GroupBed.Client;
import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a group goes through when its coordinator moves to another broker. */
class FailoverTest {
    private final GroupBed bed = new GroupBed();
    private final Client a = bed.client("t");
    private final Client b = bed.staticClient("b", "t");

    @Test
    void aStableGroupGoesOnWithoutARebalance() {
        bed.stabilize(a, b);
        GroupDescription before = bed.describe();
        bed.failOver();
        assertThat(bed.describe()).usingRecursiveComparison().isEqualTo(before);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(b.sync(Map.of()).join().assignment()).isEqualTo(GroupBed.bytes("for " + b.id));
        assertThat(a.commit("t", 7)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void sessionsBeginAgainWithTheNewCoordinator() {
        bed.stabilize(a, b);
        bed.loop.advance(SESSION_MS - 1);
        bed.failOver();
        bed.loop.advance(SESSION_MS - 1);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        bed.loop.advance(1);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aRebalanceUnderWayIsLostAndItsMembersAreTold() {
        bed.stabilize(a, b);
        CompletableFuture<JoinResult> waiting = a.join();
        bed.failOver();
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(NotLeaderException.class);
        assertThat(bed.state()).as("the last generation that was stable").isEqualTo(GroupState.STABLE);
        CompletableFuture<JoinResult> again = a.join();
        b.joined(b.join());
        assertThat(a.joined(again).generation()).isEqualTo(2);
    }

    @Test
    void aGenerationThatWasNotStableYetIsNotKnownToTheNextCoordinator() {
        CompletableFuture<JoinResult> first = a.join();
        bed.loop.advance(DELAY_MS);
        a.joined(first);
        bed.failOver();
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(bed.state()).isNull();
    }

    @Test
    void anAssignmentThatWasNotCommittedReachesNobody() {
        CompletableFuture<JoinResult> first = a.join();
        bed.loop.advance(DELAY_MS);
        a.joined(first);
        bed.partition.holdCommits = true;
        CompletableFuture<SyncResult> sync = a.sync(Map.of(a.id, new byte[] {1}));
        bed.failOver();
        assertThatThrownBy(sync::join).hasCauseInstanceOf(NotLeaderException.class);
    }

    @Test
    void heartbeatsAreNotAnsweredByAStateThatMayVanish() {
        CompletableFuture<JoinResult> first = a.join();
        bed.loop.advance(DELAY_MS);
        a.joined(first);
        bed.partition.holdCommits = true;
        a.sync(Map.of());
        CompletableFuture<ErrorCode> beat = bed.submit(machine -> machine.heartbeat(GROUP, a.identity(), a.generation));
        assertThat(beat).isNotDone();
        bed.partition.commit();
        assertThat(beat).isCompletedWithValue(ErrorCode.NONE);
    }

    @Test
    void anEmptyGroupStaysEmptyAndKeepsItsOffsets() {
        bed.stabilize(a);
        a.commit("t", 42);
        a.leave();
        bed.failOver();
        assertThat(bed.state()).isEqualTo(GroupState.EMPTY);
        assertThat(bed.ask(machine -> machine.fetch(GROUP, List.of(GroupBed.partition("t", 0))))
                        .get(0)
                        .offset())
                .isEqualTo(42);
        Client next = bed.client("t");
        CompletableFuture<JoinResult> join = next.join();
        bed.loop.advance(DELAY_MS);
        assertThat(next.joined(join).generation()).as("generations go on").isEqualTo(3);
    }

    @Test
    void aReturningStaticMemberIsKnownToTheNextCoordinator() {
        bed.stabilize(a, b);
        bed.failOver();
        Client restarted = bed.staticClient("b", "t");
        assertThat(restarted.joined(restarted.join()).generation()).isEqualTo(1);
        bed.failOver();
        assertThat(restarted.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    }

    @Test
    void aGroupAboveALoweredLimitIsMadeSmaller() {
        Client c = bed.client("t");
        bed.stabilize(a, b, c);
        bed.failOver(2);
        bed.loop.advance(0);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        CompletableFuture<JoinResult> first = a.join();
        b.join();
        assertThat(c.join().join().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(a.joined(first).members()).hasSize(2);
    }
}
