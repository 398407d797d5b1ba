package io.flotilla.broker.api;

import static io.flotilla.broker.partition.TestCluster.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ListOffsetsRequest;
import io.flotilla.wire.message.ListOffsetsResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ListOffsetsHandlerTest {
    private static final int LATEST_VERSION = 11;
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final TestClient client = new TestClient(cluster);
    private int leader;
    private ListOffsetsHandler handler;

    @BeforeEach
    void findLeader() {
        leader = cluster.awaitLeader();
        handler = handler(leader);
    }

    private ListOffsetsHandler handler(int broker) {
        return new ListOffsetsHandler(TestClient.partitions(cluster, broker));
    }

    private static ListOffsetsRequest.Partition.Builder at(long timestamp) {
        return ListOffsetsRequest.Partition.builder().timestamp(timestamp);
    }

    private static ListOffsetsRequest request(String topic, ListOffsetsRequest.Partition... partitions) {
        return ListOffsetsRequest.builder()
                .replicaId(-1)
                .topics(List.of(new ListOffsetsRequest.Topic(topic, List.of(partitions))))
                .build();
    }

    private ListOffsetsResponse.Partition ask(int version, ListOffsetsRequest.Partition.Builder partition) {
        CompletableFuture<ListOffsetsResponse> answer = client.ask(handler, version, request(TOPIC, partition.build()));
        cluster.await(answer::isDone);
        return answer.join().topics().get(0).partitions().get(0);
    }

    private ListOffsetsResponse.Partition ask(long timestamp) {
        ListOffsetsResponse.Partition answer = ask(LATEST_VERSION, at(timestamp));
        assertError(answer, ErrorCode.NONE);
        return answer;
    }

    private static void assertError(ListOffsetsResponse.Partition answer, ErrorCode error) {
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(error);
        if (error != ErrorCode.NONE) {
            assertThat(answer.offset()).isEqualTo(-1);
        }
    }

    @Test
    void anEmptyPartitionBeginsAndEndsAtZeroAndHasNoTimes() {
        assertThat(ask(LATEST).offset()).isZero();
        assertThat(ask(EARLIEST).offset()).isZero();
        assertThat(ask(MAX_TIMESTAMP).offset()).isEqualTo(-1);
        assertThat(ask(0).offset()).isEqualTo(-1);
    }

    @Test
    void theEndIsTheHighWatermarkAndTheStartTheLogStart() {
        cluster.produce(leader, Batches.of("a", "b", "c"));
        cluster.deleteRecords(leader, 1);
        int term = cluster.replica(leader).term();
        assertThat(ask(LATEST).offset()).isEqualTo(3);
        assertThat(ask(LATEST).leaderEpoch()).isEqualTo(term);
        assertThat(ask(LATEST).timestamp()).isEqualTo(-1);
        assertThat(ask(EARLIEST).offset()).isEqualTo(1);
        assertThat(ask(EARLIEST).leaderEpoch()).isEqualTo(term);
        assertThat(ask(EARLIEST_LOCAL).offset()).isEqualTo(1);
    }

    @Test
    void whatIsNotCommittedIsNotThereYet() {
        cluster.produce(leader, Batches.at(10, "committed"));
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).holdDisk();
        }
        cluster.send(leader, Batches.at(20, "not yet"));
        CompletableFuture<ListOffsetsResponse> byTime =
                client.ask(handler, LATEST_VERSION, request(TOPIC, at(20).build()));
        assertThat(ask(LATEST).offset()).isEqualTo(1);
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).releaseDisk();
        }
        cluster.await(byTime::isDone);
        assertThat(byTime.join().topics().get(0).partitions().get(0).offset()).isEqualTo(-1);
    }

    @Test
    void timesAreFoundToTheRecord() {
        cluster.produce(leader, Batches.at(100, "a", "b", "c"));
        cluster.produce(leader, Batches.at(200, "d", "e"));
        assertThat(ask(0).offset()).isZero();
        assertThat(ask(0).timestamp()).isEqualTo(100);
        assertThat(ask(101).offset()).isEqualTo(1);
        assertThat(ask(103).offset()).isEqualTo(3);
        assertThat(ask(103).timestamp()).isEqualTo(200);
        assertThat(ask(103).leaderEpoch()).isEqualTo(cluster.replica(leader).term());
        assertThat(ask(202).offset()).isEqualTo(-1);
        assertThat(ask(202).timestamp()).isEqualTo(-1);
    }

    @Test
    void theLargestTimestampIsFoundWhereverItIs() {
        cluster.produce(leader, Batches.at(500, "a", "latest"));
        cluster.produce(leader, Batches.at(200, "c"));
        assertThat(ask(MAX_TIMESTAMP).offset()).isEqualTo(1);
        assertThat(ask(MAX_TIMESTAMP).timestamp()).isEqualTo(501);
        cluster.deleteRecords(leader, 2);
        assertThat(ask(MAX_TIMESTAMP).offset()).isEqualTo(2);
    }

    @Test
    void nothingIsTiered() {
        cluster.produce(leader, Batches.of("a"));
        assertThat(ask(LATEST_TIERED).offset()).isEqualTo(-1);
        assertThat(ask(EARLIEST_PENDING_UPLOAD).offset()).isEqualTo(-1);
    }

    @Test
    void everyVersionIsAnsweredAndKnowsItsSpecialTimestampsOnly() {
        cluster.produce(leader, Batches.of("a"));
        int[] since = {0, 1, 1, 7, 8, 9, 11};
        for (int version = 1; version <= LATEST_VERSION; version++) {
            for (int special = 1; special < since.length; special++) {
                ErrorCode expected = version < since[special] ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NONE;
                assertError(ask(version, at(-special)), expected);
            }
            assertError(ask(version, at(0)), ErrorCode.NONE);
            assertError(ask(version, at(-7)), ErrorCode.UNSUPPORTED_VERSION);
            assertError(ask(version, at(Long.MIN_VALUE)), ErrorCode.UNSUPPORTED_VERSION);
        }
        assertThat(ask(3, at(LATEST)).leaderEpoch()).isEqualTo(-1);
    }

    @Test
    void epochsOfThePastAndTheFutureAreToldApart() {
        int term = cluster.replica(leader).term();
        assertError(ask(LATEST_VERSION, at(LATEST).currentLeaderEpoch(term)), ErrorCode.NONE);
        assertError(ask(LATEST_VERSION, at(LATEST).currentLeaderEpoch(term + 1)), ErrorCode.UNKNOWN_LEADER_EPOCH);
        assertError(ask(LATEST_VERSION, at(LATEST).currentLeaderEpoch(term - 1)), ErrorCode.FENCED_LEADER_EPOCH);
    }

    @Test
    void onlyTheLeaderAnswers() {
        handler = handler(leader % 3 + 1);
        assertError(ask(LATEST_VERSION, at(LATEST)), ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertError(ask(LATEST_VERSION, at(EARLIEST)), ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aLeaderThatHasCommittedNothingInItsTermDoesNotKnowYet() {
        cluster.produce(leader, Batches.of("a"));
        cluster.cutOff(leader);
        int next = cluster.electWithoutCommit(leader);
        handler = handler(next);
        assertThat(cluster.replica(next).isLeading()).isFalse();
        assertError(ask(5, at(LATEST)), ErrorCode.OFFSET_NOT_AVAILABLE);
        assertError(ask(4, at(LATEST)), ErrorCode.LEADER_NOT_AVAILABLE);
        assertError(ask(5, at(EARLIEST)), ErrorCode.OFFSET_NOT_AVAILABLE);
        cluster.letCommit();
        assertThat(ask(LATEST).offset()).isEqualTo(1);
    }

    @Test
    void aLeaderThatWasDeposedDoesNotAnswerFromThePast() {
        cluster.produce(leader, Batches.of("a"));
        int next = cluster.depose(leader);
        cluster.produce(next, Batches.of("b"));
        assertError(ask(LATEST_VERSION, at(LATEST)), ErrorCode.NOT_LEADER_OR_FOLLOWER);
        handler = handler(next);
        assertThat(ask(LATEST).offset()).isEqualTo(2);
    }

    @Test
    void aPartitionAskedForTwiceIsRefusedAndTheOthersAreNot() {
        cluster.createTopic("two", 2);
        ListOffsetsRequest.Partition once = at(LATEST).partitionIndex(1).build();
        ListOffsetsRequest.Partition twice = at(LATEST).build();
        CompletableFuture<ListOffsetsResponse> response =
                client.ask(handler, LATEST_VERSION, request("two", twice, once, twice));
        cluster.await(response::isDone);
        List<ListOffsetsResponse.Partition> answers =
                response.join().topics().get(0).partitions();
        assertError(answers.get(0), ErrorCode.INVALID_REQUEST);
        assertError(answers.get(1), ErrorCode.NONE);
        assertError(answers.get(2), ErrorCode.INVALID_REQUEST);
    }

    @Test
    void unknownTopicsAndPartitionsAreNamed() {
        ListOffsetsRequest unknown = request("unknown", at(LATEST).build());
        assertError(
                client.ask(handler, LATEST_VERSION, unknown)
                        .join()
                        .topics()
                        .get(0)
                        .partitions()
                        .get(0),
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertError(ask(LATEST_VERSION, at(LATEST).partitionIndex(7)), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertError(ask(LATEST_VERSION, at(LATEST).partitionIndex(-1)), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
}
