package io.flotilla.broker.api;

import static io.flotilla.broker.partition.TestCluster.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Consumers in a rack, fetching from brokers that stand in one each: where they are sent, and when they are sent back. */
class NearestReplicaTest {
    private static final short LATEST = 18;
    private static final short BEFORE_RACKS = 10;
    private static final int MAX_BYTES = 1 << 20;
    private static final int NOBODY = -1;

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final TestClient client = new TestClient(cluster);
    private int leader;
    private int follower;

    @BeforeEach
    void findLeader() {
        leader = cluster.awaitLeader();
        follower = leader % 3 + 1;
        cluster.produce(leader, Batches.of("a"));
        cluster.awaitEqualReplicas();
    }

    private FetchHandler handler(int broker, boolean rackAware) {
        return new FetchHandler(
                TestClient.partitions(cluster, broker),
                new FetchSessions(10, cluster.loop),
                new NearestReplica(broker, rackAware),
                MAX_BYTES,
                cluster.loop);
    }

    private static FetchRequest.Topic from(long offset, int leaderEpoch) {
        return FetchRequest.Topic.builder()
                .topic(TOPIC)
                .topicId(TestCluster.topicId(TOPIC))
                .partitions(List.of(FetchRequest.Partition.builder()
                        .fetchOffset(offset)
                        .currentLeaderEpoch(leaderEpoch)
                        .partitionMaxBytes(MAX_BYTES)
                        .build()))
                .build();
    }

    private static FetchRequest.Builder request(int rackOf, long offset) {
        return FetchRequest.builder()
                .minBytes(1)
                .maxWaitMs(500)
                .rackId("rack-" + rackOf)
                .topics(List.of(from(offset, -1)));
    }

    private CompletableFuture<FetchResponse> fetch(int broker, FetchRequest.Builder request) {
        return client.ask(handler(broker, true), LATEST, request.build());
    }

    private static FetchResponse.Partition only(CompletableFuture<FetchResponse> answer) {
        assertThat(answer).isDone();
        return answer.join().responses().get(0).partitions().get(0);
    }

    private static void assertError(FetchResponse.Partition answer, ErrorCode error) {
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(error);
    }

    private static void assertServed(FetchResponse.Partition answer, String... records) {
        assertError(answer, ErrorCode.NONE);
        assertThat(answer.preferredReadReplica()).isEqualTo(NOBODY);
        assertThat(Batches.records(answer.records())).containsExactly(records);
    }

    private static void assertSentTo(int replica, FetchResponse.Partition answer) {
        assertError(answer, ErrorCode.NONE);
        assertThat(answer.preferredReadReplica()).isEqualTo(replica);
        assertThat(answer.records().isReadable()).isFalse();
    }

    // ---- where to

    @Test
    void theLeaderSendsAConsumerToTheReplicaInItsRack() {
        FetchResponse.Partition answer = only(fetch(leader, request(follower, 0)));
        assertSentTo(follower, answer);
        assertThat(answer.highWatermark()).isEqualTo(1);
        assertThat(answer.logStartOffset()).isZero();
        assertServed(only(fetch(follower, request(follower, 0))), "0:a");
    }

    @Test
    void aConsumerAtTheEndOfTheLogIsSentWithoutWaiting() {
        assertSentTo(follower, only(fetch(leader, request(follower, 1))));
    }

    @Test
    void theLeaderServesConsumersInItsOwnRackInUnknownOnesAndInNone() {
        assertServed(only(fetch(leader, request(leader, 0))), "0:a");
        assertServed(only(fetch(leader, request(99, 0))), "0:a");
        assertServed(only(fetch(leader, request(99, 0).rackId(""))), "0:a");
    }

    @Test
    void theLeaderServesAllWhenItIsToldTo() {
        FetchRequest request = request(follower, 0).build();
        assertServed(only(client.ask(handler(leader, false), LATEST, request)), "0:a");
    }

    @Test
    void clientsThatDoNotKnowOfRacksAreServed() {
        FetchRequest request = request(follower, 0).rackId("").build();
        assertServed(only(client.ask(handler(leader, true), BEFORE_RACKS, request)), "0:a");
    }

    @Test
    void aFollowerServesWhoeverAsks() {
        assertServed(only(fetch(follower, request(leader, 0))), "0:a");
        assertServed(only(fetch(follower, request(follower % 3 + 1, 0))), "0:a");
    }

    @Test
    void anOffsetOutOfRangeIsToldByTheLeaderItself() {
        assertError(only(fetch(leader, request(follower, 2))), ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void nobodyIsSentToABrokerThatIsDown() {
        cluster.kill(follower);
        cluster.loop.advance(1000);
        assertServed(only(fetch(leader, request(follower, 0))), "0:a");
        cluster.start(follower);
        cluster.awaitEqualReplicas();
        assertSentTo(follower, only(fetch(leader, request(follower, 0))));
    }

    @Test
    void nobodyIsSentToAReplicaThatLacksTheOffset() {
        cluster.broker(follower).holdDisk();
        cluster.produce(leader, Batches.of("b"));
        CompletableFuture<FetchResponse> answer = fetch(leader, request(follower, 2));
        assertThat(answer).isNotDone();
        cluster.loop.advance(500);
        assertServed(only(answer));
        cluster.broker(follower).releaseDisk();
        assertSentTo(follower, only(fetch(leader, request(follower, 2))));
    }

    @Test
    void aSessionIsToldTooAndGoesOn() {
        FetchHandler handler = handler(leader, true);
        FetchRequest first = request(leader, 1).sessionEpoch(0).maxWaitMs(0).build();
        FetchResponse opened = client.ask(handler, LATEST, first).join();
        FetchRequest.Builder next = FetchRequest.builder()
                .sessionId(opened.sessionId())
                .sessionEpoch(1)
                .minBytes(1)
                .maxWaitMs(500)
                .rackId("rack-" + follower);
        assertSentTo(follower, only(client.ask(handler, LATEST, next.build())));
        assertSentTo(
                follower, only(client.ask(handler, LATEST, next.sessionEpoch(2).build())));
    }

    // ---- followers that know less than the consumer

    @Test
    void aFollowerWaitsForItsCommitPointToReachTheOffset() {
        cluster.cutOff(follower);
        int serving = leader;
        cluster.produce(serving, Batches.of("b"));
        CompletableFuture<FetchResponse> answer =
                fetch(follower, request(follower, 2).maxWaitMs(60_000));
        assertThat(answer).isNotDone();
        cluster.reconnect(follower);
        cluster.awaitLeader();
        cluster.produce(cluster.leader(), Batches.of("c"));
        cluster.await(answer::isDone);
        assertServed(only(answer), "2:c");
    }

    @Test
    void aFollowerNeverServesPastItsCommitPoint() {
        cluster.broker(leader).holdDisk();
        cluster.broker(leader % 3 + 1).holdDisk();
        cluster.broker((leader + 1) % 3 + 1).holdDisk();
        cluster.send(leader, Batches.of("not committed"));
        assertThat(cluster.replica(follower).logEndOffset()).isEqualTo(2);
        assertServed(only(fetch(follower, request(follower, 0))), "0:a");
        CompletableFuture<FetchResponse> waiting = fetch(follower, request(follower, 1));
        assertThat(waiting).isNotDone();
        cluster.letCommit();
        cluster.await(waiting::isDone);
        assertServed(only(waiting), "1:not committed");
    }

    @Test
    void aFollowerThatDoesNotCatchUpSendsTheConsumerBack() {
        cluster.cutOff(follower);
        CompletableFuture<FetchResponse> ahead = fetch(follower, request(follower, 2));
        assertThat(ahead).isNotDone();
        cluster.loop.advance(500);
        assertError(only(ahead), ErrorCode.OFFSET_NOT_AVAILABLE);
    }

    @Test
    void clientsTooOldForThatErrorAreSentBackByAnotherOne() {
        cluster.cutOff(follower);
        FetchRequest request = request(follower, 2).rackId("").build();
        CompletableFuture<FetchResponse> ahead = client.ask(handler(follower, true), BEFORE_RACKS, request);
        cluster.loop.advance(500);
        assertError(only(ahead), ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aFollowerWithoutALeaderSendsAConsumerAtItsEndBack() {
        cluster.cutOff(follower);
        cluster.await(() -> cluster.replica(follower).leaderId() < 0);
        CompletableFuture<FetchResponse> atTheEnd = fetch(follower, request(follower, 1));
        cluster.loop.advance(500);
        assertError(only(atTheEnd), ErrorCode.OFFSET_NOT_AVAILABLE);
        assertServed(only(fetch(follower, request(follower, 0))), "0:a");
    }

    @Test
    void aQuietFollowerKeepsItsConsumers() {
        CompletableFuture<FetchResponse> atTheEnd = fetch(follower, request(follower, 1));
        cluster.loop.advance(500);
        assertServed(only(atTheEnd));
    }

    @Test
    void aFollowerWaitsForALeaderEpochThatItHasNotHeardOf() {
        int term = cluster.replica(leader).term();
        cluster.cutOff(follower);
        int other = 6 - leader - follower;
        cluster.transfer(leader, other);
        FetchRequest.Builder request = request(follower, 0)
                .maxWaitMs(60_000)
                .topics(List.of(from(0, cluster.replica(other).term())));
        CompletableFuture<FetchResponse> answer = fetch(follower, request);
        assertThat(cluster.replica(follower).term()).isEqualTo(term);
        assertThat(answer).isNotDone();
        CompletableFuture<FetchResponse> impatient = fetch(follower, request.maxWaitMs(500));
        cluster.loop.advance(500);
        assertError(only(impatient), ErrorCode.OFFSET_NOT_AVAILABLE);
        cluster.reconnect(follower);
        cluster.await(answer::isDone);
        assertServed(only(answer), "0:a");
    }

    @Test
    void anOffsetBelowTheLogsStartIsOutOfRangeEverywhere() {
        cluster.deleteRecords(leader, 1);
        cluster.awaitEqualReplicas();
        assertError(only(fetch(follower, request(follower, 0))), ErrorCode.OFFSET_OUT_OF_RANGE);
        assertError(only(fetch(leader, request(follower, 0))), ErrorCode.OFFSET_OUT_OF_RANGE);
    }
}
