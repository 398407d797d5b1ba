package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupBed.DELAY_MS;
import static io.flotilla.broker.group.GroupBed.GROUP;
import static io.flotilla.broker.group.GroupBed.MAX_SIZE;
import static io.flotilla.broker.group.GroupBed.SESSION_MS;
import static io.flotilla.broker.group.GroupBed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.group.GroupBed.Client;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JoinTest {
    private final GroupBed bed = new GroupBed();

    @ParameterizedTest
    @CsvSource({
        "'', 10000, consumer, INVALID_GROUP_ID",
        "g, 5999, consumer, INVALID_SESSION_TIMEOUT",
        "g, 300001, consumer, INVALID_SESSION_TIMEOUT",
        "g, 10000, '', INCONSISTENT_GROUP_PROTOCOL",
    })
    void refusesWhatCannotBe(String group, int sessionMs, String protocolType, ErrorCode error) {
        JoinCommand command = new JoinCommand(
                group,
                new MemberIdentity("", null),
                "c",
                "/h",
                sessionMs,
                1_000,
                protocolType,
                List.of(new Protocol("range", new byte[0])),
                false,
                false,
                null);
        assertThat(bed.ask(machine -> machine.join(command)).error()).isEqualTo(error);
        assertThat(bed.ask(GroupMachine::list))
                .as("a refused join leaves no group")
                .isEmpty();
    }

    @Test
    void refusesAMemberIdThatNobodyGaveOut() {
        Client stranger = bed.client("t");
        stranger.id = "made up";
        assertThat(stranger.join().join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        bed.stabilize(bed.client("t"));
        assertThat(stranger.join().join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void sendsANewMemberBackWithAnIdFirst() {
        Client client = bed.client("t");
        client.idRequired = true;
        JoinResult first = client.join().join();
        assertThat(first.error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        assertThat(first.memberId()).startsWith("client-");
        client.id = first.memberId();
        CompletableFuture<JoinResult> second = client.join();
        bed.loop.advance(DELAY_MS);
        assertThat(client.joined(second).memberId()).isEqualTo(first.memberId());
    }

    @Test
    void anIdGivenOutIsGoodForASessionAndNoLonger() {
        Client client = bed.client("t");
        client.idRequired = true;
        client.id = client.join().join().memberId();
        bed.loop.advance(SESSION_MS);
        assertThat(client.join().join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aRebalanceWaitsForThoseWhoWereGivenAnId() {
        Client first = bed.client("t");
        bed.stabilize(first);
        Client second = bed.client("t");
        second.idRequired = true;
        second.id = second.join().join().memberId();
        CompletableFuture<JoinResult> rejoined = first.join();
        assertThat(rejoined).isNotDone();
        CompletableFuture<JoinResult> joined = second.join();
        assertThat(first.joined(rejoined).members()).hasSize(2);
        second.joined(joined);
    }

    @Test
    void aRebalanceGoesOnWithoutAnIdThatWasNeverUsed() {
        Client first = bed.client("t");
        bed.stabilize(first);
        Client ghost = bed.client("t");
        ghost.idRequired = true;
        ghost.join();
        CompletableFuture<JoinResult> rejoined = first.join();
        bed.loop.advance(SESSION_MS);
        assertThat(first.joined(rejoined).members()).hasSize(1);
    }

    @Test
    void choosesTheProtocolThatAllFollowAndMostPrefer() {
        Protocol a = new Protocol("a", bytes("1"));
        Protocol b = new Protocol("b", bytes("2"));
        Protocol c = new Protocol("c", bytes("3"));
        Client first = bed.client(a, b, c);
        CompletableFuture<JoinResult> one = first.join();
        CompletableFuture<JoinResult> two = bed.client(c, b).join();
        CompletableFuture<JoinResult> three = bed.client(c, b, a).join();
        bed.loop.advance(DELAY_MS * 2);
        assertThat(List.of(one.join(), two.join(), three.join()))
                .extracting(JoinResult::protocol)
                .containsOnly("c");
        assertThat(one.join().members())
                .extracting(member -> new String(member.metadata()))
                .containsOnly("3");
    }

    @Test
    void refusesAMemberThatSharesNoProtocolWithTheGroup() {
        bed.stabilize(bed.client(new Protocol("a", new byte[0]), new Protocol("b", new byte[0])));
        Client other = bed.client(new Protocol("z", new byte[0]));
        assertThat(other.join().join().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        Client connect = bed.client(new Protocol("a", new byte[0]));
        connect.protocolType = "connect";
        assertThat(connect.join().join().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void takesNoMoreMembersThanTheLimit() {
        Client[] clients = new Client[MAX_SIZE];
        for (int i = 0; i < MAX_SIZE; i++) {
            clients[i] = bed.client("t");
        }
        bed.stabilize(clients);
        Client tooMany = bed.client("t");
        assertThat(tooMany.join().join().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(bed.state()).isEqualTo(GroupState.STABLE);
        assertThat(clients[0].heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void takesNoMoreThanTheLimitWhileARebalanceIsPrepared() {
        for (int i = 0; i < MAX_SIZE; i++) {
            bed.client("t").join();
        }
        assertThat(bed.client("t").join().join().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    }

    @Test
    void answersAFollowerThatJoinsAgainUnchangedWithoutARebalance() {
        Client leader = bed.client("t");
        Client follower = bed.client("t");
        bed.stabilize(leader, follower);
        JoinResult again = follower.join().join();
        assertThat(again.generation()).isEqualTo(follower.generation);
        assertThat(again.members()).isEmpty();
        assertThat(bed.state()).isEqualTo(GroupState.STABLE);
    }

    @Test
    void rebalancesWhenTheLeaderJoinsAgainOrAFollowerChangesItsSubscription() {
        Client leader = bed.client("t");
        Client follower = bed.client("t");
        bed.stabilize(leader, follower);
        leader.join();
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        follower.protocols = List.of(new Protocol("range", GroupBed.subscription("other")));
        follower.joined(follower.join());
        assertThat(follower.generation).isEqualTo(2);
    }

    @Test
    void repeatsTheAnswerToAMemberThatDidNotGetIt() {
        Client leader = bed.client("t");
        Client follower = bed.client("t");
        CompletableFuture<JoinResult> one = leader.join();
        CompletableFuture<JoinResult> two = follower.join();
        bed.loop.advance(DELAY_MS * 2);
        leader.joined(one);
        follower.joined(two);
        assertThat(leader.join().join().members()).hasSize(2);
        assertThat(follower.join().join().generation()).isEqualTo(1);
        assertThat(bed.state()).isEqualTo(GroupState.COMPLETING_REBALANCE);
    }

    @Test
    void closesTheOldQuestionOfAMemberThatAsksAgain() {
        Client first = bed.client("t");
        Client second = bed.client("t");
        bed.stabilize(first, second);
        CompletableFuture<JoinResult> lost = first.join();
        CompletableFuture<JoinResult> again = first.join();
        assertThat(lost.join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(again).isNotDone();
        second.joined(second.join());
        assertThat(first.joined(again).generation()).isEqualTo(2);
    }

    @Test
    void nothingOfAnEmptyGroupIsWrittenBeforeAGenerationIsStable() {
        bed.client("t").join();
        bed.loop.advance(DELAY_MS);
        assertThat(bed.partition.records()).isEmpty();
        assertThat(bed.ask(GroupMachine::list))
                .containsExactly(new ListedGroup(GROUP, "consumer", GroupState.COMPLETING_REBALANCE));
    }
}
