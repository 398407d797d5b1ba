package io.flotilla.broker.group;

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

/** KIP-345 and KIP-814. */
class StaticMemberTest {
    private final GroupBed bed = new GroupBed();
    private final Client one = bed.staticClient("one", "t");
    private final Client two = bed.staticClient("two", "t");

    @Test
    void aRestartedMemberTakesItsAssignmentBackWithoutARebalance() {
        bed.stabilize(one, two);
        Client restarted = bed.staticClient("two", "t");
        JoinResult back = restarted.joined(restarted.join());
        assertThat(back.generation()).isEqualTo(1);
        assertThat(back.memberId()).isNotEqualTo(two.id);
        assertThat(one.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(restarted.sync(Map.of()).join().assignment()).isEqualTo(GroupBed.bytes("for " + two.id));
    }

    @Test
    void theFormerSelfIsFenced() {
        bed.stabilize(one, two);
        Client restarted = bed.staticClient("two", "t");
        restarted.joined(restarted.join());
        assertThat(two.heartbeat()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(two.sync(Map.of()).join().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(two.commit("t", 1)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(two.leave()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(two.join().join().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    }

    @Test
    void theWaitingOfTheFormerSelfIsFencedToo() {
        bed.stabilize(one, two);
        CompletableFuture<JoinResult> waiting = one.join();
        Client restarted = bed.staticClient("one", "t");
        CompletableFuture<JoinResult> joins = restarted.join();
        assertThat(waiting.join().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        two.joined(two.join());
        assertThat(restarted.joined(joins).leader()).isEqualTo(restarted.id);
    }

    @Test
    void aReturningLeaderIsToldToSkipTheAssignment() {
        bed.stabilize(one, two);
        Client restarted = bed.staticClient("one", "t");
        JoinResult back = restarted.joined(restarted.join());
        assertThat(back.skipAssignment()).isTrue();
        assertThat(back.leader()).isEqualTo(back.memberId());
        assertThat(back.members()).hasSize(2);
    }

    @Test
    void aReturningLeaderThatIsTooOldToSkipIsToldThatAnotherLeads() {
        bed.stabilize(one, two);
        Client restarted = bed.staticClient("one", "t");
        restarted.canSkip = false;
        JoinResult back = restarted.joined(restarted.join());
        assertThat(back.skipAssignment()).isFalse();
        assertThat(back.leader()).isEqualTo(one.id);
        assertThat(back.members()).isEmpty();
    }

    @Test
    void aRestartWithAnotherProtocolRebalances() {
        Protocol range = new Protocol("range", new byte[0]);
        Protocol sticky = new Protocol("sticky", new byte[0]);
        one.protocols = List.of(range, sticky);
        two.protocols = List.of(range, sticky);
        bed.stabilize(one, two);
        Client restarted = bed.staticClient("two", "t");
        restarted.protocols = List.of(sticky);
        CompletableFuture<JoinResult> joins = restarted.join();
        assertThat(one.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        one.joined(one.join());
        assertThat(restarted.joined(joins).protocol()).isEqualTo("sticky");
    }

    @Test
    void aRestartWhileTheAssignmentIsAwaitedRebalances() {
        CompletableFuture<JoinResult> first = one.join();
        CompletableFuture<JoinResult> second = two.join();
        bed.loop.advance(GroupBed.DELAY_MS * 2);
        one.joined(first);
        two.joined(second);
        CompletableFuture<SyncResult> waiting = two.sync(Map.of());
        Client restarted = bed.staticClient("two", "t");
        CompletableFuture<JoinResult> joins = restarted.join();
        assertThat(waiting.join().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        one.joined(one.join());
        assertThat(restarted.joined(joins).generation()).isEqualTo(2);
    }

    @Test
    void anAbsentStaticMemberKeepsItsPlaceInARebalanceUntilItsSessionEnds() {
        two.sessionMs = 200_000;
        bed.stabilize(one, two);
        CompletableFuture<JoinResult> joins = one.join();
        bed.loop.advance(REBALANCE_MS);
        assertThat(one.joined(joins).members()).as("two is away, not gone").hasSize(2);
        bed.syncAll(one);
        assertThat(bed.describe().members()).hasSize(2);
    }

    @Test
    void anAbsentStaticMemberIsDroppedWhenItsSessionEnds() {
        bed.stabilize(one, two);
        for (int waited = 0; waited < SESSION_MS; waited += SESSION_MS / 2) {
            one.heartbeat();
            bed.loop.advance(SESSION_MS / 2);
        }
        assertThat(one.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(two.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anAdministratorRemovesMembersByInstanceId() {
        bed.stabilize(one, two);
        EachResult result = bed.ask(machine -> machine.leave(
                GROUP,
                List.of(
                        new MemberIdentity("", "two"),
                        new MemberIdentity("", "three"),
                        new MemberIdentity("wrong", "one")),
                "by hand"));
        assertThat(result.each())
                .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID);
        assertThat(one.joined(one.join()).members()).hasSize(1);
    }

    @Test
    void anUnknownInstanceWithAMemberIdIsRefused() {
        bed.stabilize(one);
        Client stranger = bed.staticClient("three", "t");
        stranger.id = one.id;
        assertThat(stranger.join().join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }
}
