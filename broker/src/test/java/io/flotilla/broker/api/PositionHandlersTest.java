package io.flotilla.broker.api;

import static io.flotilla.broker.partition.TestCluster.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DeleteRecordsRequest;
import io.flotilla.wire.message.DeleteRecordsResponse;
import io.flotilla.wire.message.DescribeProducersRequest;
import io.flotilla.wire.message.DescribeProducersResponse;
import io.flotilla.wire.message.OffsetForLeaderEpochRequest;
import io.flotilla.wire.message.OffsetForLeaderEpochResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** OffsetForLeaderEpoch, DeleteRecords and DescribeProducers. */
class PositionHandlersTest {
    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final TestClient client = new TestClient(cluster);
    private int leader;

    @BeforeEach
    void findLeader() {
        leader = cluster.awaitLeader();
    }

    // ---- OffsetForLeaderEpoch

    private OffsetForLeaderEpochResponse.Partition epochEnd(int broker, int currentEpoch, int epoch) {
        OffsetForLeaderEpochRequest request = OffsetForLeaderEpochRequest.builder()
                .topics(List.of(new OffsetForLeaderEpochRequest.Topic(
                        TOPIC, List.of(new OffsetForLeaderEpochRequest.Partition(0, currentEpoch, epoch)))))
                .build();
        OffsetForLeaderEpochHandler handler = new OffsetForLeaderEpochHandler(TestClient.partitions(cluster, broker));
        CompletableFuture<OffsetForLeaderEpochResponse> answer = client.ask(handler, 4, request);
        assertThat(answer).isDone();
        return answer.join().topics().get(0).partitions().get(0);
    }

    private void assertEnd(int broker, int asked, int epoch, long endOffset) {
        OffsetForLeaderEpochResponse.Partition answer = epochEnd(broker, -1, asked);
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(answer.leaderEpoch()).isEqualTo(epoch);
        assertThat(answer.endOffset()).isEqualTo(endOffset);
    }

    @Test
    void anEpochEndsWhereTheNextBegins() {
        int first = cluster.replica(leader).term();
        cluster.produce(leader, Batches.of("a", "b"));
        assertEnd(leader, first, first, 2);
        cluster.cutOff(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        int second = cluster.replica(next).term();
        cluster.produce(next, Batches.of("c"));
        assertEnd(next, first, first, 2);
        assertEnd(next, second, second, 3);
        assertEnd(next, second + 1, -1, -1);
    }

    @Test
    void aLeaderKnowsWhereEpochsEndBeforeItHasCommitted() {
        int first = cluster.replica(leader).term();
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.cutOff(leader);
        int next = cluster.electWithoutCommit(leader);
        assertEnd(next, first, first, 2);
        cluster.letCommit();
    }

    @Test
    void epochsAreAskedOfTheLeaderAndChecked() {
        int term = cluster.replica(leader).term();
        assertThat(epochEnd(leader % 3 + 1, -1, term).errorCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(epochEnd(leader, term + 1, term).errorCode()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH.code());
        assertThat(epochEnd(leader, term - 1, term).errorCode()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH.code());
        assertThat(epochEnd(leader, term, term).errorCode()).isZero();
    }

    // ---- DeleteRecords

    private DeleteRecordsResponse.Partition delete(String topic, int partition, long offset) {
        DeleteRecordsRequest request = DeleteRecordsRequest.builder()
                .topics(List.of(new DeleteRecordsRequest.Topic(
                        topic, List.of(new DeleteRecordsRequest.Partition(partition, offset)))))
                .timeoutMs(1000)
                .build();
        DeleteRecordsHandler handler = new DeleteRecordsHandler(TestClient.partitions(cluster, leader), cluster.loop);
        CompletableFuture<DeleteRecordsResponse> answer = client.ask(handler, 2, request);
        cluster.await(answer::isDone);
        return answer.join().topics().get(0).partitions().get(0);
    }

    private static void assertDeleted(DeleteRecordsResponse.Partition answer, long lowWatermark) {
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(answer.lowWatermark()).isEqualTo(lowWatermark);
    }

    private static void assertRefused(DeleteRecordsResponse.Partition answer, ErrorCode error) {
        assertThat(ErrorCode.of(answer.errorCode())).isEqualTo(error);
        assertThat(answer.lowWatermark()).isEqualTo(-1);
    }

    @Test
    void recordsBelowAnOffsetOrAllOfThemAreDeleted() {
        cluster.produce(leader, Batches.of("a", "b", "c"));
        assertDeleted(delete(TOPIC, 0, 1), 1);
        assertDeleted(delete(TOPIC, 0, 0), 1);
        assertDeleted(delete(TOPIC, 0, -1), 3);
        assertDeleted(delete(TOPIC, 0, -1), 3);
        assertThat(cluster.replica(leader).logStartOffset()).isEqualTo(3);
    }

    @Test
    void offsetsThatAreNotThereCannotBeDeleted() {
        cluster.produce(leader, Batches.of("a"));
        assertRefused(delete(TOPIC, 0, 2), ErrorCode.OFFSET_OUT_OF_RANGE);
        assertRefused(delete(TOPIC, 0, -2), ErrorCode.OFFSET_OUT_OF_RANGE);
        assertRefused(delete(TOPIC, 5, 0), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused(delete("unknown", 0, 0), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void whatIsCompactedOrInternalIsNotDeleted() {
        cluster.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        cluster.createTopic("both", 1, Map.of("cleanup.policy", "compact,delete"));
        cluster.createTopic("__consumer_offsets", 1);
        assertRefused(delete("compacted", 0, 0), ErrorCode.POLICY_VIOLATION);
        assertDeleted(delete("both", 0, 0), 0);
        assertRefused(delete("__consumer_offsets", 0, 0), ErrorCode.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void withoutAMajorityDeletingTimesOut() {
        cluster.produce(leader, Batches.of("a"));
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).holdDisk();
        }
        assertRefused(delete(TOPIC, 0, 1), ErrorCode.REQUEST_TIMED_OUT);
    }

    // ---- DescribeProducers

    private DescribeProducersResponse.Partition producers(int broker, String topic) {
        DescribeProducersRequest request = DescribeProducersRequest.builder()
                .topics(List.of(new DescribeProducersRequest.Topic(topic, List.of(0))))
                .build();
        DescribeProducersHandler handler = new DescribeProducersHandler(TestClient.partitions(cluster, broker));
        CompletableFuture<DescribeProducersResponse> answer = client.ask(handler, 0, request);
        assertThat(answer).isDone();
        return answer.join().topics().get(0).partitions().get(0);
    }

    @Test
    void everyReplicaTellsOfTheIdempotentProducers() {
        cluster.produce(leader, Batches.of("not idempotent"));
        cluster.produce(leader, Batches.of(7, 2, 0, "a", "b"));
        cluster.awaitEqualReplicas();
        for (int broker = 1; broker <= 3; broker++) {
            DescribeProducersResponse.Partition answer = producers(broker, TOPIC);
            assertThat(answer.errorCode()).isZero();
            assertThat(answer.activeProducers())
                    .containsExactly(DescribeProducersResponse.Producer.builder()
                            .producerId(7)
                            .producerEpoch(2)
                            .lastSequence(1)
                            .lastTimestamp(Batches.TIMESTAMP + 1)
                            .coordinatorEpoch(-1)
                            .currentTxnStartOffset(-1)
                            .build());
        }
        assertThat(producers(leader, "unknown").errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }
}
