package io.flotilla.broker.api;

import static io.flotilla.broker.partition.TestCluster.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProduceResponse;
import io.flotilla.wire.record.Compression;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProduceHandlerTest {
    private static final int LATEST = 13;
    /** A time that no topic takes. */
    private static final long FAR = 1L << 60;

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
    }

    private ProduceHandler handler(int broker) {
        return new ProduceHandler(TestClient.partitions(cluster, broker), cluster.loop);
    }

    /** One batch, or null, for each partition of a topic from 0 on. */
    private static ProduceRequest.Topic topic(String name, ByteBuf... batches) {
        List<ProduceRequest.Partition> partitions = new ArrayList<>();
        for (int index = 0; index < batches.length; index++) {
            partitions.add(new ProduceRequest.Partition(index, batches[index]));
        }
        return ProduceRequest.Topic.builder()
                .name(name)
                .topicId(TestCluster.topicId(name))
                .partitionData(partitions)
                .build();
    }

    private static ProduceRequest.Builder request(ProduceRequest.Topic... topics) {
        return ProduceRequest.builder().acks((short) -1).timeoutMs(1000).topicData(List.of(topics));
    }

    private ProduceResponse produce(int broker, int version, ProduceRequest.Builder request) {
        CompletableFuture<ProduceResponse> answer = client.ask(handler(broker), version, request.build());
        cluster.await(answer::isDone);
        return answer.join();
    }

    private static ProduceResponse.Partition only(ProduceResponse response) {
        return response.responses().get(0).partitionResponses().get(0);
    }

    private static void assertError(ProduceResponse.Partition answer, ErrorCode error) {
        assertThat(ErrorCode.of(answer.errorCode())).as(answer.errorMessage()).isEqualTo(error);
        assertThat(answer.baseOffset() >= 0).isEqualTo(error == ErrorCode.NONE);
    }

    private void assertRefused(ByteBuf batch, ErrorCode error) {
        assertError(only(produce(leader, LATEST, request(topic(TOPIC, batch)))), error);
        assertThat(cluster.replica(leader).highWatermark()).isZero();
    }

    @Test
    void everyVersionIsAnsweredWithTheOffset() {
        for (int version = 3; version <= LATEST; version++) {
            ProduceResponse.Partition answer =
                    only(produce(leader, version, request(topic(TOPIC, Batches.of("v" + version)))));
            assertError(answer, ErrorCode.NONE);
            assertThat(answer.baseOffset()).isEqualTo(version - 3);
            assertThat(answer.logAppendTimeMs()).isEqualTo(-1);
        }
        assertThat(cluster.records(leader)).hasSize(LATEST - 2).first().isEqualTo("0:v3");
    }

    @Test
    void whatAcksSayDoesNotMakeAnAnswerComeBeforeTheCommit() {
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).holdDisk();
        }
        CompletableFuture<ProduceResponse> one = client.ask(
                handler(leader),
                LATEST,
                request(topic(TOPIC, Batches.of("a"))).acks((short) 1).build());
        assertThat(one).isNotDone();
        cluster.letCommit();
        client.run();
        assertError(only(one.join()), ErrorCode.NONE);
    }

    @Test
    void withoutAcksThereIsNoAnswerButTheRecordIsStored() {
        assertThat(produce(
                        leader, LATEST, request(topic(TOPIC, Batches.of("a"))).acks((short) 0)))
                .isNull();
        assertThat(produce(leader, LATEST, request(topic(TOPIC, (ByteBuf) null)).acks((short) 0)))
                .isNull();
        assertThat(cluster.records(leader)).containsExactly("0:a");
    }

    @Test
    void eachPartitionGetsItsOwnAnswerInTheOrderAsked() {
        cluster.createTopic("two", 2);
        TestClient elsewhere = new TestClient(cluster, new TestLoop());
        ProduceRequest request = request(
                        topic("two", Batches.of("a", "b"), null),
                        topic("unknown", Batches.of("c")),
                        topic(TOPIC, Batches.of("d")))
                .build();
        CompletableFuture<ProduceResponse> answer = elsewhere.ask(handler(leader), LATEST, request);
        assertThat(answer).isDone();
        List<ProduceResponse.Topic> topics = answer.join().responses();
        assertError(topics.get(0).partitionResponses().get(0), ErrorCode.NONE);
        assertError(topics.get(0).partitionResponses().get(1), ErrorCode.INVALID_RECORD);
        assertError(topics.get(1).partitionResponses().get(0), ErrorCode.UNKNOWN_TOPIC_ID);
        assertError(topics.get(2).partitionResponses().get(0), ErrorCode.NONE);
        assertThat(cluster.records(leader)).containsExactly("0:d");
    }

    @Test
    void aRequestForNothingIsAnswered() {
        assertThat(produce(leader, LATEST, request()).responses()).isEmpty();
    }

    @Test
    void damagedBatchesAreRefused() {
        ByteBuf corrupt = Batches.of("a");
        corrupt.setByte(corrupt.writerIndex() - 2, 99);
        assertRefused(corrupt, ErrorCode.CORRUPT_MESSAGE);
        ByteBuf cut = Batches.of("a");
        cut.writerIndex(cut.writerIndex() - 3);
        assertRefused(cut, ErrorCode.INVALID_RECORD);
        ByteBuf two = Batches.of("a");
        ByteBuf second = Batches.of("b");
        two.writeBytes(second);
        second.release();
        assertRefused(two, ErrorCode.INVALID_RECORD);
        assertRefused(null, ErrorCode.INVALID_RECORD);
    }

    @Test
    void whatTheTopicDoesNotAllowIsRefused() {
        cluster.createTopic("small", 1, Map.of("max.message.bytes", "1000"));
        cluster.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        ProduceResponse answer = produce(
                leader,
                LATEST,
                request(topic("small", Batches.of("x".repeat(1000))), topic("compacted", Batches.of("no key"))));
        assertError(answer.responses().get(0).partitionResponses().get(0), ErrorCode.MESSAGE_TOO_LARGE);
        assertError(answer.responses().get(1).partitionResponses().get(0), ErrorCode.INVALID_RECORD);
    }

    @Test
    void theLeadersTimeCountsWhereTheTopicSaysSo() {
        cluster.createTopic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        ProduceResponse.Partition first =
                only(produce(leader, LATEST, request(topic("stamped", Batches.at(FAR, "a", "b")))));
        assertError(first, ErrorCode.NONE);
        assertThat(first.logAppendTimeMs()).isBetween(1L, cluster.loop.millis());
        cluster.loop.advance(1000);
        ProduceResponse.Partition second =
                only(produce(leader, LATEST, request(topic("stamped", Batches.of(5, 0, 0, "c")))));
        assertThat(second.logAppendTimeMs()).isGreaterThanOrEqualTo(first.logAppendTimeMs() + 1000);
        cluster.loop.advance(1000);
        ProduceResponse.Partition again =
                only(produce(leader, LATEST, request(topic("stamped", Batches.of(5, 0, 0, "c")))));
        assertThat(again.baseOffset()).isEqualTo(second.baseOffset());
        assertThat(again.logAppendTimeMs()).as("of the first attempt").isEqualTo(second.logAppendTimeMs());
    }

    @Test
    void recordsWithABadTimeAreNamed() {
        ProduceResponse.Partition answer =
                only(produce(leader, LATEST, request(topic(TOPIC, Batches.at(FAR, "a", "b")))));
        assertError(answer, ErrorCode.INVALID_TIMESTAMP);
        assertThat(answer.recordErrors())
                .extracting(ProduceResponse.RecordError::batchIndex)
                .containsExactly(0, 1);
        assertThat(answer.recordErrors().get(1).batchIndexErrorMessage()).contains("timestamp " + (FAR + 1));
    }

    @Test
    void batchesAreCompressedAsTheTopicSays() {
        cluster.createTopic("packed", 1, Map.of("compression.type", "zstd", "max.message.bytes", "2000"));
        String value = "x".repeat(1500);
        assertError(only(produce(leader, LATEST, request(topic("packed", Batches.of(value))))), ErrorCode.NONE);
        cluster.createTopic("plain", 1, Map.of("compression.type", "uncompressed", "max.message.bytes", "1000"));
        ByteBuf packed = Batches.compressed(Compression.ZSTD, value);
        assertThat(packed.readableBytes()).isLessThan(1000);
        assertError(only(produce(leader, LATEST, request(topic("plain", packed)))), ErrorCode.MESSAGE_TOO_LARGE);
    }

    @Test
    void acksAndTransactionsThatMakeNoSenseAreRefusedForAllPartitions() {
        ProduceRequest.Builder acks = request(topic(TOPIC, Batches.of("a"))).acks((short) 2);
        assertError(only(produce(leader, LATEST, acks)), ErrorCode.INVALID_REQUIRED_ACKS);
        ProduceRequest.Builder transaction =
                request(topic(TOPIC, Batches.of("a"))).transactionalId("tx");
        assertError(only(produce(leader, LATEST, transaction)), ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(cluster.replica(leader).highWatermark()).isZero();
    }

    @Test
    void internalTopicsAreNotForClients() {
        cluster.createTopic("__consumer_offsets", 1);
        ProduceRequest.Builder request = request(topic("__consumer_offsets", Batches.of("a")));
        assertError(only(produce(leader, LATEST, request)), ErrorCode.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void whoDoesNotLeadSaysWhoDoes() {
        ProduceResponse response = produce(follower, LATEST, request(topic(TOPIC, Batches.of("a"))));
        ProduceResponse.Partition answer = only(response);
        assertError(answer, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(answer.currentLeader().leaderId()).isEqualTo(leader);
        assertThat(answer.currentLeader().leaderEpoch())
                .isEqualTo(cluster.replica(leader).term());
        assertThat(response.nodeEndpoints()).hasSize(1);
        assertThat(response.nodeEndpoints().get(0).host()).isEqualTo("host-" + leader);
        for (int version = 3; version < LATEST; version++) {
            ProduceResponse.Partition older = only(produce(follower, version, request(topic(TOPIC, Batches.of("a")))));
            assertError(older, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
    }

    @Test
    void whatIsNotCommittedInTimeTimesOut() {
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).holdDisk();
        }
        assertError(only(produce(leader, LATEST, request(topic(TOPIC, Batches.of("a"))))), ErrorCode.REQUEST_TIMED_OUT);
    }
}
