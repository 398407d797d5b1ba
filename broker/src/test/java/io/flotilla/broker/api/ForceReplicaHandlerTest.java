package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.partition.Batches;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ForceReplicaRequest;
import io.flotilla.wire.message.ForceReplicaResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Going on without a majority, because somebody said so. */
class ForceReplicaHandlerTest {
    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final TestClient client = new TestClient(cluster);
    private int leader;
    private int survivor;

    @BeforeEach
    void produce() {
        leader = cluster.awaitLeader();
        survivor = leader % 3 + 1;
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.awaitEqualReplicas();
    }

    private CompletableFuture<ForceReplicaResponse> force(int broker, int term, long lastIndex) {
        ForceReplicaHandler handler =
                new ForceReplicaHandler(cluster.broker(broker).replicas());
        ForceReplicaRequest request = ForceReplicaRequest.builder()
                .topicId(TestCluster.topicId(TestCluster.TOPIC))
                .partition(0)
                .term(term)
                .lastIndex(lastIndex)
                .build();
        return client.ask(handler, 0, request);
    }

    private CompletableFuture<ForceReplicaResponse> force(int broker) {
        Replica replica = cluster.replica(broker);
        return force(broker, replica.term(), replica.group().core().lastIndex());
    }

    private void loseTheOthers() {
        for (int broker = 1; broker <= 3; broker++) {
            if (broker != survivor) {
                cluster.kill(broker);
            }
        }
        cluster.loop.advance(3000);
    }

    @Test
    void nothingHappensByItself() {
        loseTheOthers();
        cluster.loop.advance(600_000);
        assertThat(cluster.leader()).isNull();
        assertThat(cluster.replica(survivor).group().core().configuration()).isEqualTo(Configuration.of(1, 2, 3));
    }

    @Test
    void theSurvivorGoesOnWithWhatItHasAndKeepsToItOverARestart() {
        loseTheOthers();
        CompletableFuture<ForceReplicaResponse> answer = force(survivor);
        cluster.await(answer::isDone);
        assertThat(answer.join().errorCode()).isZero();
        assertThat(answer.join().highWatermark()).isEqualTo(2);
        assertThat(cluster.replica(survivor).group().core().configuration().voters())
                .isEqualTo(NodeSet.of(survivor));
        cluster.produce(survivor, Batches.of("c"));

        cluster.kill(survivor);
        cluster.start(survivor);
        assertThat(cluster.awaitLeader()).isEqualTo(survivor);
        assertThat(cluster.records(survivor)).containsExactly("0:a", "1:b", "2:c");
    }

    @Test
    void whatHasALeaderIsLeftAlone() {
        ForceReplicaResponse follower = force(survivor).join();
        assertThat(follower.errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
        assertThat(follower.errorMessage()).isEqualTo("node " + leader + " leads, and lives");
        assertThat(force(leader).join().errorMessage()).isEqualTo("this replica leads");
        assertThat(cluster.awaitLeader()).isEqualTo(leader);
    }

    @Test
    void whatHasChangedSinceItWasLookedAtIsLeftAlone() {
        loseTheOthers();
        int term = cluster.replica(survivor).term();
        long lastIndex = cluster.replica(survivor).group().core().lastIndex();
        assertThat(force(survivor, term - 1, lastIndex).join().errorMessage()).contains("has changed");
        assertThat(force(survivor, term, lastIndex - 1).join().errorMessage()).contains("has changed");
        assertThat(cluster.leader()).isNull();
    }

    /** What must not happen, and what becomes of it when it does. */
    @Test
    void lostReplicasThatComeBackWithTheirDataGiveInToTheSurvivor() {
        recoverBehindTheOthers(false);
        cluster.await(() -> cluster.records(leader).size() == 4);
        assertThat(cluster.replica(leader).failure()).isNull();
        assertThat(cluster.records(leader)).containsExactly("0:a", "1:b", "2:c", "3:d");
    }

    @Test
    void lostReplicasThatKnowWhatTheyHadToBeCommittedStopAndKeepIt() {
        recoverBehindTheOthers(true);
        cluster.await(() -> cluster.replica(leader).failure() != null);
        assertThat(cluster.replica(leader).log().logEndOffset()).isEqualTo(3);
        assertThat(cluster.records(survivor)).containsExactly("0:a", "1:b", "2:c", "3:d");
    }

    /** The others acknowledge a record that the survivor lacks, are lost, and come back when the survivor has gone on. */
    private void recoverBehindTheOthers(boolean marked) {
        cluster.cutOff(survivor);
        cluster.produce(cluster.awaitLeader(), Batches.of("only on the others"));
        cluster.loop.advance(1000);
        for (int broker = 1; broker <= 3; broker++) {
            if (marked && broker != survivor) {
                cluster.broker(broker).markCommitted();
            }
        }
        loseTheOthers();
        cluster.reconnect(survivor);
        CompletableFuture<ForceReplicaResponse> answer = force(survivor);
        cluster.await(answer::isDone);
        cluster.produce(survivor, Batches.of("c"));
        for (int broker = 1; broker <= 3; broker++) {
            if (broker != survivor) {
                cluster.start(broker);
            }
        }
        cluster.loop.advance(10_000);
        assertThat(cluster.awaitLeader()).isEqualTo(survivor);
        cluster.produce(survivor, Batches.of("d"));
        cluster.loop.advance(1000);
    }
}
