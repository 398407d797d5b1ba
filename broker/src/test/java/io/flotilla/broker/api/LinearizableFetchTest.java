package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fetches of a topic with {@code follower.read=linearizable}, each of which sees all that was acknowledged before it. */
class LinearizableFetchTest {
    private static final short LATEST = 18;
    private static final int MAX_BYTES = 1 << 20;

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster(1, Map.of("follower.read", "linearizable"));

    private final TestClient client = new TestClient(cluster);
    private int leader;
    private int follower;

    @BeforeEach
    void findLeader() {
        leader = cluster.awaitLeader();
        follower = leader % 3 + 1;
    }

    private CompletableFuture<FetchResponse> fetch(int broker, long offset, int maxWaitMs) {
        FetchHandler handler = new FetchHandler(
                TestClient.partitions(cluster, broker),
                new FetchSessions(10, cluster.loop),
                new NearestReplica(broker, true),
                MAX_BYTES,
                cluster.loop);
        FetchRequest.Topic topic = FetchRequest.Topic.builder()
                .topicId(TestCluster.topicId(TestCluster.TOPIC))
                .partitions(List.of(FetchRequest.Partition.builder()
                        .fetchOffset(offset)
                        .partitionMaxBytes(MAX_BYTES)
                        .build()))
                .build();
        return client.ask(
                handler,
                LATEST,
                FetchRequest.builder()
                        .minBytes(1)
                        .maxWaitMs(maxWaitMs)
                        .topics(List.of(topic))
                        .build());
    }

    private FetchResponse.Partition answer(CompletableFuture<FetchResponse> fetch) {
        cluster.await(fetch::isDone);
        return fetch.join().responses().get(0).partitions().get(0);
    }

    private static void assertError(FetchResponse.Partition answer, ErrorCode error) {
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(error);
    }

    @Test
    void aFollowerServesWhatWasJustAcknowledged() {
        cluster.produce(leader, Batches.of("a"));
        assertThat(cluster.replica(follower).highWatermark()).as("not told yet").isZero();
        FetchResponse.Partition answer = answer(fetch(follower, 0, 0));
        assertError(answer, ErrorCode.NONE);
        assertThat(Batches.records(answer.records())).containsExactly("0:a");
    }

    @Test
    void otherwiseAFollowersKnowledgeMayBeAMomentOld() {
        cluster.configureTopic(Map.of());
        cluster.produce(leader, Batches.of("a"));
        FetchResponse.Partition answer = answer(fetch(follower, 0, 0));
        assertError(answer, ErrorCode.NONE);
        assertThat(answer.records().isReadable()).isFalse();
    }

    @Test
    void aLeaderThatWasDeposedServesNothing() {
        cluster.produce(leader, Batches.of("a"));
        cluster.produce(cluster.depose(leader), Batches.of("b"));
        assertError(answer(fetch(leader, 0, 500)), ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aFollowerWithoutALeaderServesNothing() {
        cluster.produce(leader, Batches.of("a"));
        cluster.awaitEqualReplicas();
        cluster.cutOff(follower);
        assertError(answer(fetch(follower, 0, 500)), ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aFetchAtTheEndStillWaits() {
        CompletableFuture<FetchResponse> waiting = fetch(follower, 0, 60_000);
        cluster.loop.advance(1000);
        assertThat(waiting).isNotDone();
        cluster.produce(leader, Batches.of("a"));
        assertThat(Batches.records(answer(waiting).records())).containsExactly("0:a");
    }
}
