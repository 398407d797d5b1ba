package io.flotilla.broker.api;

import static io.flotilla.broker.partition.TestCluster.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Incremental fetches (KIP-227) of topic {@code two}, which has two partitions. */
class FetchSessionTest {
    private static final short LATEST = 18;
    private static final int SLOTS = 2;
    private static final int MAX_BYTES = 1 << 20;
    private static final String TWO = "two";

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final FetchSessions sessions = new FetchSessions(SLOTS, cluster.loop);
    private final TestClient client = new TestClient(cluster);
    private FetchHandler handler;
    private int leader;

    @BeforeEach
    void createTopic() {
        leader = cluster.awaitLeader();
        cluster.createTopic(TWO, 2);
        handler = new FetchHandler(
                TestClient.partitions(cluster, leader),
                sessions,
                new NearestReplica(leader, true),
                MAX_BYTES,
                cluster.loop);
    }

    private static FetchRequest.Topic two(long offset, int... partitions) {
        List<FetchRequest.Partition> asked = new ArrayList<>();
        for (int partition : partitions) {
            asked.add(FetchRequest.Partition.builder()
                    .partition(partition)
                    .fetchOffset(offset)
                    .partitionMaxBytes(MAX_BYTES)
                    .build());
        }
        return FetchRequest.Topic.builder()
                .topic(TWO)
                .topicId(TestCluster.topicId(TWO))
                .partitions(asked)
                .build();
    }

    private static FetchRequest.Builder request(int session, int epoch, FetchRequest.Topic... topics) {
        return FetchRequest.builder().sessionId(session).sessionEpoch(epoch).topics(List.of(topics));
    }

    private FetchResponse fetch(FetchRequest.Builder request) {
        CompletableFuture<FetchResponse> answer = client.ask(handler, LATEST, request.build());
        assertThat(answer).isDone();
        return answer.join();
    }

    private int newSession() {
        FetchResponse first = fetch(request(0, 0, two(0, 0, 1)));
        assertError(first, ErrorCode.NONE);
        assertThat(first.sessionId()).isPositive();
        assertThat(partitions(first)).containsExactly(0, 1);
        return first.sessionId();
    }

    private void produce(String value) {
        cluster.produce(TWO, leader, Batches.of(value));
    }

    private static List<Integer> partitions(FetchResponse response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(FetchResponse.Partition::partitionIndex)
                .toList();
    }

    private static void assertError(FetchResponse response, ErrorCode error) {
        assertThat(ErrorCode.of(response.errorCode())).isEqualTo(error);
    }

    @Test
    void laterResponsesTellOnlyOfPartitionsThatHaveNews() {
        int session = newSession();
        FetchResponse quiet = fetch(request(session, 1));
        assertThat(quiet.sessionId()).isEqualTo(session);
        assertThat(quiet.responses()).isEmpty();

        produce("a");
        FetchResponse news = fetch(request(session, 2));
        assertThat(partitions(news)).containsExactly(0);
        assertThat(Batches.records(news.responses().get(0).partitions().get(0).records()))
                .containsExactly("0:a");
        assertThat(partitions(fetch(request(session, 3, two(1, 0)))))
                .as("offset moved on")
                .isEmpty();
    }

    @Test
    void aPartitionWhoseLogStartMovedIsNews() {
        cluster.produce(leader, Batches.of("a"));
        FetchRequest.Topic one = FetchRequest.Topic.builder()
                .topic(TOPIC)
                .topicId(TestCluster.topicId(TOPIC))
                .partitions(List.of(FetchRequest.Partition.builder()
                        .fetchOffset(1)
                        .partitionMaxBytes(MAX_BYTES)
                        .build()))
                .build();
        int session = fetch(request(0, 0, one)).sessionId();
        assertThat(fetch(request(session, 1)).responses()).isEmpty();
        cluster.deleteRecords(leader, 1);
        assertThat(partitions(fetch(request(session, 2)))).containsExactly(0);
    }

    @Test
    void partitionsCanBeAddedAndForgotten() {
        int session = fetch(request(0, 0, two(0, 0))).sessionId();
        assertThat(partitions(fetch(request(session, 1, two(0, 1)))))
                .as("new ones are told of")
                .containsExactly(1);

        FetchRequest.ForgottenTopic forgotten = FetchRequest.ForgottenTopic.builder()
                .topic(TWO)
                .topicId(TestCluster.topicId(TWO))
                .partitions(List.of(0))
                .build();
        produce("a");
        FetchRequest.Builder forget = request(session, 2).forgottenTopicsData(List.of(forgotten));
        assertThat(partitions(fetch(forget))).isEmpty();
    }

    @Test
    void anErrorIsNewsEachTime() {
        int session = fetch(request(0, 0, two(99, 0))).sessionId();
        assertThat(partitions(fetch(request(session, 1)))).containsExactly(0);
        assertThat(partitions(fetch(request(session, 2, two(0, 0)))))
                .as("no longer wrong")
                .containsExactly(0);
        assertThat(partitions(fetch(request(session, 3)))).isEmpty();
    }

    @Test
    void aPartitionServedGoesBehindTheOthers() {
        for (int partition = 0; partition < 2; partition++) {
            cluster.produceTo(TWO, partition, leader, Batches.of("x".repeat(1000)));
            cluster.produceTo(TWO, partition, leader, Batches.of("x".repeat(1000)));
        }
        int session = newSession();
        // Room for one batch only: the first partition has had its turn with the session's first request, so had the
        // second.
        List<Integer> served = new ArrayList<>();
        for (int epoch = 1; epoch <= 4; epoch++) {
            FetchResponse response = fetch(request(session, epoch).maxBytes(1500));
            response.responses().forEach(topic -> topic.partitions().stream()
                    .filter(partition -> partition.records().isReadable())
                    .forEach(partition -> served.add(partition.partitionIndex())));
        }
        assertThat(served).containsExactly(0, 1, 0, 1);
    }

    @Test
    void aRequestOutOfTurnIsRefusedAndTheSessionGoesOn() {
        int session = newSession();
        assertError(fetch(request(session, 5)), ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        assertError(fetch(request(session, 1)), ErrorCode.NONE);
        assertError(fetch(request(session, 1)), ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        assertError(fetch(request(session, 2)), ErrorCode.NONE);
    }

    @Test
    void twoRequestsAtATimeAreOneTooMany() {
        int session = newSession();
        FetchRequest waiting = request(session, 1).minBytes(1).maxWaitMs(1000).build();
        CompletableFuture<FetchResponse> first = client.ask(handler, LATEST, waiting);
        assertThat(first).isNotDone();
        assertError(fetch(request(session, 2)), ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        cluster.loop.advance(1000);
        assertThat(first).isDone();
        assertError(fetch(request(session, 2)), ErrorCode.NONE);
    }

    @Test
    void anUnknownSessionIsToldSo() {
        assertError(fetch(request(12345, 1)), ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void aSessionEndsWhenTheClientSaysSoOrBeginsAnew() {
        int session = newSession();
        FetchResponse last = fetch(request(session, -1, two(0, 0)));
        assertThat(last.sessionId()).isZero();
        assertThat(partitions(last)).containsExactly(0);
        assertThat(sessions.size()).isZero();

        int next = newSession();
        int afterThat = fetch(request(next, 0, two(0, 0))).sessionId();
        assertThat(afterThat).isNotEqualTo(next);
        assertThat(sessions.size()).isOne();
        assertError(fetch(request(next, 1)), ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void withoutAFreeSlotAFetchIsAnsweredWithoutSession() {
        for (int i = 0; i < SLOTS; i++) {
            newSession();
        }
        FetchResponse response = fetch(request(0, 0, two(0, 0)));
        assertThat(response.sessionId()).isZero();
        assertThat(partitions(response)).containsExactly(0);
    }

    @Test
    void theSessionUnusedForLongestGivesWayAfterAWhile() {
        int first = newSession();
        cluster.loop.advance(1000);
        int second = newSession();
        cluster.loop.advance(119_500);
        assertThat(fetch(request(0, 0, two(0, 0))).sessionId()).isPositive();
        assertError(fetch(request(first, 1)), ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        assertError(fetch(request(second, 1)), ErrorCode.NONE);
    }

    @Test
    void aClientThatChangesFromNamesToIdsBeginsAnew() {
        FetchRequest byName = request(0, 0, two(0, 0)).build();
        int session = client.ask(handler, 12, byName).join().sessionId();
        assertError(fetch(request(session, 1)), ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
    }
}
