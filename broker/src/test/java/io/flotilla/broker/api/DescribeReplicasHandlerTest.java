package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.raft.core.Role;
import io.flotilla.wire.message.DescribeReplicasRequest;
import io.flotilla.wire.message.DescribeReplicasResponse;
import io.flotilla.wire.message.DescribeReplicasResponse.Peer;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What brokers tell of their replicas, in good days and in bad. */
class DescribeReplicasHandlerTest {
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
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.awaitEqualReplicas();
    }

    private DescribeReplicasResponse ask(int broker, DescribeReplicasRequest request) {
        DescribeReplicasHandler handler = new DescribeReplicasHandler(
                broker,
                TestClient.metadata(cluster),
                cluster.broker(broker).replicas(),
                cluster.broker(broker).shards());
        return client.ask(handler, 0, request).join();
    }

    private Replica ask(int broker, String topic, int partition) {
        DescribeReplicasRequest.Topic wanted = new DescribeReplicasRequest.Topic(topic, List.of(partition));
        return ask(broker, new DescribeReplicasRequest(List.of(wanted)))
                .replicas()
                .get(0);
    }

    private Replica ask(int broker) {
        return ask(broker, TestCluster.TOPIC, 0);
    }

    @Test
    void aLeaderTellsOfItsFollowersToo() {
        Replica told = ask(leader);
        assertThat(told.state()).isEqualTo(DescribeReplicasHandler.OPEN);
        assertThat(told.role()).isEqualTo((byte) Role.LEADER.ordinal());
        assertThat(told.leading()).isTrue();
        assertThat(told.leaderId()).isEqualTo(leader);
        assertThat(told.voters()).containsExactly(1, 2, 3);
        assertThat(told.assigned()).containsExactly(1, 2, 3);
        assertThat(told.highWatermark()).isEqualTo(2);
        assertThat(told.logEndOffset()).isEqualTo(2);
        assertThat(told.commitIndex()).isEqualTo(told.lastIndex()).isEqualTo(told.syncedIndex());
        assertThat(told.followers()).hasSize(2).allSatisfy(peer -> {
            assertThat(peer.up()).isTrue();
            assertThat(peer.matchIndex()).isEqualTo(told.lastIndex());
        });
    }

    @Test
    void aFollowerTellsOfItself() {
        Replica told = ask(follower);
        assertThat(told.role()).isEqualTo((byte) Role.FOLLOWER.ordinal());
        assertThat(told.leading()).isFalse();
        assertThat(told.leaderId()).isEqualTo(leader);
        assertThat(told.followers()).isEmpty();
    }

    @Test
    void aBrokerTellsHowLongOthersAreSilent() {
        cluster.kill(follower);
        cluster.loop.advance(2000);
        DescribeReplicasResponse told = ask(leader, new DescribeReplicasRequest(null));
        assertThat(told.brokerId()).isEqualTo(leader);
        int other = 6 - leader - follower;
        assertThat(told.peers()).extracting(Peer::brokerId).containsExactlyInAnyOrder(follower, other);
        for (Peer peer : told.peers()) {
            assertThat(peer.alive()).isEqualTo(peer.brokerId() == other);
            assertThat(peer.silentMs())
                    .isBetween(peer.brokerId() == other ? 0L : 1500L, peer.brokerId() == other ? 300L : 3000L);
        }
    }

    @Test
    void aStoppedReplicaSaysWhy() {
        cluster.failReplica(follower);
        Replica told = ask(follower);
        assertThat(told.state()).isEqualTo(DescribeReplicasHandler.STOPPED);
        assertThat(told.problem()).isEqualTo("failed by the test");
        assertThat(told.logEndOffset()).isEqualTo(2);
    }

    @Test
    void whatIsNotThereIsTold() {
        assertThat(ask(leader, "missing", 0).state()).isEqualTo(DescribeReplicasHandler.UNKNOWN);
        assertThat(ask(leader, TestCluster.TOPIC, 9).state()).isEqualTo(DescribeReplicasHandler.UNKNOWN);
    }

    @Test
    void allReplicasAreToldWhenNoneIsNamed() {
        cluster.createTopic("other", 2);
        assertThat(ask(leader, new DescribeReplicasRequest(null)).replicas())
                .extracting(replica -> replica.topic() + "-" + replica.partition() + " " + replica.state())
                .containsExactly("__cluster_metadata-0 4", "other-0 2", "other-1 2", "topic-0 2");
    }
}
