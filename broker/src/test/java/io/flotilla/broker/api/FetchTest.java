package io.flotilla.broker.api;

import static io.flotilla.broker.partition.TestCluster.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fetches without sessions, from brokers whose partitions are real. */
class FetchTest {
    private static final int LATEST = 18;
    private static final int ONE_BATCH = 100;
    private static final int MAX_BYTES = 1 << 20;

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final TestClient client = new TestClient(cluster);
    private int leader;
    private int follower;
    private FetchHandler handler;

    @BeforeEach
    void findLeader() {
        leader = cluster.awaitLeader();
        follower = leader % 3 + 1;
        handler = handler(leader);
    }

    private FetchHandler handler(int broker) {
        return new FetchHandler(
                TestClient.partitions(cluster, broker),
                new FetchSessions(10, cluster.loop),
                new NearestReplica(broker, true),
                MAX_BYTES,
                cluster.loop);
    }

    private static FetchRequest.Partition.Builder from(long offset) {
        return FetchRequest.Partition.builder().fetchOffset(offset).partitionMaxBytes(MAX_BYTES);
    }

    private static FetchRequest.Topic topic(String name, FetchRequest.Partition.Builder... partitions) {
        List<FetchRequest.Partition> built = new ArrayList<>();
        for (FetchRequest.Partition.Builder partition : partitions) {
            built.add(partition.build());
        }
        return FetchRequest.Topic.builder()
                .topic(name)
                .topicId(TestCluster.topicId(name))
                .partitions(built)
                .build();
    }

    private static FetchRequest.Builder request(FetchRequest.Topic... topics) {
        return FetchRequest.builder().minBytes(1).maxWaitMs(500).topics(List.of(topics));
    }

    private CompletableFuture<FetchResponse> fetch(FetchRequest.Builder request) {
        return client.ask(handler, LATEST, request.build());
    }

    /** The only partition's answer, which must be there without waiting. */
    private FetchResponse.Partition fetchNow(FetchRequest.Partition.Builder partition) {
        return only(fetch(request(topic(TOPIC, partition))));
    }

    private static FetchResponse.Partition only(CompletableFuture<FetchResponse> answer) {
        assertThat(answer).isDone();
        return answer.join().responses().get(0).partitions().get(0);
    }

    private static void assertError(FetchResponse.Partition answer, ErrorCode error) {
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(error);
    }

    private static List<String> records(FetchResponse.Partition answer) {
        assertError(answer, ErrorCode.NONE);
        return Batches.records(answer.records());
    }

    @Test
    void returnsWholeBatchesFromTheOneThatHoldsTheOffset() {
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.produce(leader, Batches.of("c"));
        FetchResponse.Partition answer = fetchNow(from(1));
        assertThat(records(answer)).containsExactly("0:a", "1:b", "2:c");
        assertThat(answer.highWatermark()).isEqualTo(3);
        assertThat(answer.lastStableOffset()).isEqualTo(3);
        assertThat(answer.logStartOffset()).isZero();
        assertThat(records(fetchNow(from(2)))).containsExactly("2:c");
    }

    @Test
    void neverReturnsWhatIsNotCommitted() {
        cluster.produce(leader, Batches.of("committed"));
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).holdDisk();
        }
        cluster.send(leader, Batches.of("not yet"));
        assertThat(records(fetchNow(from(0)))).containsExactly("0:committed");
        CompletableFuture<FetchResponse> waiting = fetch(request(topic(TOPIC, from(1))));
        assertThat(waiting).isNotDone();
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).releaseDisk();
        }
        client.run();
        assertThat(records(only(waiting))).containsExactly("1:not yet");
    }

    @Test
    void everyVersionCanBeAnswered() {
        cluster.produce(leader, Batches.of("a"));
        for (int version = 4; version <= LATEST; version++) {
            FetchRequest.Builder request = request(topic(TOPIC, from(0)));
            FetchResponse.Partition answer = only(client.ask(handler, version, request.build()));
            assertThat(records(answer)).as("version " + version).containsExactly("0:a");
        }
    }

    // ---- how long to wait

    @Test
    void waitsForARecordAndReturnsItWhenItIsCommitted() {
        CompletableFuture<FetchResponse> answer = fetch(request(topic(TOPIC, from(0))));
        cluster.loop.advance(400);
        assertThat(answer).isNotDone();
        cluster.produce(leader, Batches.of("a"));
        assertThat(records(only(answer))).containsExactly("0:a");
    }

    @Test
    void returnsWithNothingWhenTimeIsUp() {
        CompletableFuture<FetchResponse> answer = fetch(request(topic(TOPIC, from(0))));
        cluster.loop.advance(499);
        assertThat(answer).isNotDone();
        cluster.loop.advance(1);
        assertThat(records(only(answer))).isEmpty();
    }

    @Test
    void doesNotWaitWhenNotAllowedTo() {
        assertThat(records(only(fetch(request(topic(TOPIC, from(0))).maxWaitMs(0)))))
                .isEmpty();
        assertThat(records(only(fetch(request(topic(TOPIC, from(0))).minBytes(0)))))
                .isEmpty();
    }

    @Test
    void waitsForAsManyBytesAsAskedForOverAllPartitions() {
        cluster.createTopic("other", 1);
        cluster.produce(leader, Batches.of("a"));
        CompletableFuture<FetchResponse> answer =
                fetch(request(topic("other", from(0)), topic(TOPIC, from(0))).minBytes(2 * ONE_BATCH));
        assertThat(answer).isNotDone();
        cluster.produce(leader, Batches.of("b"));
        assertThat(answer).isNotDone();
        cluster.produce(leader, Batches.of("x".repeat(ONE_BATCH)));
        assertThat(answer).isDone();
        List<FetchResponse.Topic> topics = answer.join().responses();
        assertThat(records(topics.get(0).partitions().get(0))).isEmpty();
        assertThat(records(topics.get(1).partitions().get(0))).hasSize(3);
    }

    @Test
    void whatIsThereWhenTimeIsUpIsReturnedThoughItIsTooLittle() {
        cluster.produce(leader, Batches.of("a"));
        CompletableFuture<FetchResponse> answer =
                fetch(request(topic(TOPIC, from(0))).minBytes(MAX_BYTES));
        assertThat(answer).isNotDone();
        cluster.loop.advance(500);
        assertThat(records(only(answer))).containsExactly("0:a");
    }

    @Test
    void aCommitWhileAnotherPartitionIsReadIsNotMissed() {
        TestLoop connection = new TestLoop();
        TestClient elsewhere = new TestClient(cluster, connection);
        cluster.createTopic("busy", 1);
        int busyLeader = cluster.awaitLeader();
        cluster.produce("busy", busyLeader, Batches.of("a"));

        // The empty partition is looked at first; reading the other one takes a turn of its loop.
        FetchRequest request = request(topic(TOPIC, from(0)), topic("busy", from(0)))
                .minBytes(ONE_BATCH + 20)
                .build();
        CompletableFuture<FetchResponse> answer = elsewhere.start(handler, LATEST, request);
        connection.run();
        cluster.produce(leader, Batches.of("news"));
        elsewhere.run();
        assertThat(answer).isDone();
    }

    // ---- how much to return

    @Test
    void theFirstBatchIsReturnedHoweverLargeItIs() {
        cluster.produce(leader, Batches.of("x".repeat(1000)));
        cluster.produce(leader, Batches.of("y"));
        assertThat(records(fetchNow(from(0).partitionMaxBytes(10)))).hasSize(1);
        assertThat(records(only(fetch(request(topic(TOPIC, from(0))).maxBytes(10)))))
                .hasSize(1);
    }

    @Test
    void noMoreThanTheLimitIsReturnedOfOnePartitionAndOfAll() {
        cluster.createTopic("other", 1);
        for (int i = 0; i < 10; i++) {
            cluster.produce(leader, Batches.of("x".repeat(1000)));
            cluster.produce("other", leader, Batches.of("x".repeat(1000)));
        }
        assertThat(records(fetchNow(from(0).partitionMaxBytes(5000)))).hasSize(4);

        CompletableFuture<FetchResponse> answer =
                fetch(request(topic(TOPIC, from(0).partitionMaxBytes(3500)), topic("other", from(0)))
                        .maxBytes(6000));
        assertThat(answer).isDone();
        List<FetchResponse.Topic> topics = answer.join().responses();
        assertThat(records(topics.get(0).partitions().get(0))).hasSize(3);
        assertThat(records(topics.get(1).partitions().get(0))).hasSize(2);
    }

    // ---- what cannot be answered

    @Test
    void offsetsBeforeTheStartAndAfterTheEndAreOutOfRange() {
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.deleteRecords(leader, 1);
        assertError(fetchNow(from(0)), ErrorCode.OFFSET_OUT_OF_RANGE);
        assertError(fetchNow(from(3)), ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(records(fetchNow(from(1)))).contains("1:b");
    }

    @Test
    void unknownTopicsAndPartitionsAreErrorsOfTheirOwn() {
        cluster.produce(leader, Batches.of("a"));
        FetchRequest.Topic unknown = topic("unknown", from(0));
        CompletableFuture<FetchResponse> byId = fetch(request(unknown, topic(TOPIC, from(0), from(0).partition(9))));
        assertThat(byId).isDone();
        assertError(byId.join().responses().get(0).partitions().get(0), ErrorCode.UNKNOWN_TOPIC_ID);
        List<FetchResponse.Partition> known = byId.join().responses().get(1).partitions();
        assertThat(records(known.get(0))).containsExactly("0:a");
        assertError(known.get(1), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

        FetchRequest byName = request(unknown).build();
        assertError(only(client.ask(handler, 12, byName)), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(byId.join().responses().get(0).topicId()).isNotEqualTo(new UUID(0, 0));
    }

    @Test
    void aLeaderEpochOfThePastIsFencedAndToldTheLeader() {
        int term = cluster.replica(leader).term();
        cluster.cutOff(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        cluster.reconnect(leader);
        cluster.awaitEqualReplicas();
        FetchResponse fenced =
                fetch(request(topic(TOPIC, from(0).currentLeaderEpoch(term)))).join();
        FetchResponse.Partition answer = fenced.responses().get(0).partitions().get(0);
        assertError(answer, ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(answer.currentLeader().leaderId()).isEqualTo(next);
        assertThat(answer.currentLeader().leaderEpoch())
                .isEqualTo(cluster.replica(next).term());
        assertThat(fenced.nodeEndpoints()).hasSize(1);
        assertThat(fenced.nodeEndpoints().get(0).host()).isEqualTo("host-" + next);

        for (int version = 9; version < LATEST; version++) {
            FetchRequest old =
                    request(topic(TOPIC, from(0).currentLeaderEpoch(term))).build();
            assertError(only(client.ask(handler, version, old)), ErrorCode.FENCED_LEADER_EPOCH);
        }
    }

    @Test
    void aLeaderEpochOfTheFutureIsUnknown() {
        int term = cluster.replica(leader).term();
        assertError(fetchNow(from(0).currentLeaderEpoch(term + 1)), ErrorCode.UNKNOWN_LEADER_EPOCH);
        cluster.produce(leader, Batches.of("a"));
        assertThat(records(fetchNow(from(0).currentLeaderEpoch(term)))).containsExactly("0:a");
    }

    @Test
    void replicasDoNotFetch() {
        FetchRequest request = request(topic(TOPIC, from(0))).replicaId(2).build();
        FetchResponse answer = client.ask(handler, 14, request).join();
        assertThat(answer.errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }

    // ---- followers and failures

    @Test
    void followersServeWhatTheyKnowToBeCommitted() {
        cluster.produce(leader, Batches.of("a"));
        cluster.awaitEqualReplicas();
        handler = handler(follower);
        assertThat(records(fetchNow(from(0)))).containsExactly("0:a");
    }

    @Test
    void aFollowerThatIsBehindWaitsInsteadOfCallingAnOffsetOutOfRange() {
        cluster.cutOff(follower);
        int serving = leader == follower ? cluster.awaitLeaderOtherThan(follower) : cluster.awaitLeader();
        cluster.produce(serving, Batches.of("a"));
        handler = handler(follower);
        CompletableFuture<FetchResponse> answer =
                fetch(request(topic(TOPIC, from(1))).maxWaitMs(60_000));
        assertThat(answer).isNotDone();
        cluster.reconnect(follower);
        cluster.produce(serving, Batches.of("b"));
        cluster.await(answer::isDone);
        assertThat(records(only(answer))).containsExactly("1:b");
    }

    @Test
    void aLeaderThatWasDeposedDoesNotDenyWhatItsSuccessorHasAcknowledged() {
        int next = cluster.depose(leader);
        cluster.produce(next, Batches.of("a", "b"));
        CompletableFuture<FetchResponse> answer = fetch(request(topic(TOPIC, from(2))));
        cluster.await(answer::isDone);
        assertError(only(answer), ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aReplicaThatFailsEndsTheWait() {
        CompletableFuture<FetchResponse> answer =
                fetch(request(topic(TOPIC, from(0))).maxWaitMs(60_000));
        assertThat(answer).isNotDone();
        cluster.failReplica(leader);
        assertError(only(answer), ErrorCode.KAFKA_STORAGE_ERROR);
        assertError(fetchNow(from(0)), ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aDeletedTopicEndsTheWait() {
        cluster.createTopic("brief", 1);
        CompletableFuture<FetchResponse> answer =
                fetch(request(topic("brief", from(0))).maxWaitMs(60_000));
        assertThat(answer).isNotDone();
        cluster.deleteTopic("brief");
        client.run();
        assertThat(answer).isDone();
        assertThat(only(answer).errorCode()).isNotZero();
    }
}
