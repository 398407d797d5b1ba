package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.partition.Membership.Step;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A partition on brokers 1, 2 and 3 of five is moved about, while brokers live and die. */
class MembershipTest {
    @RegisterExtension
    final TestCluster cluster = new TestCluster(1, Map.of(), 5);

    private final List<String> acknowledged = new ArrayList<>();

    @AfterEach
    void nothingAcknowledgedIsLost() {
        if (!acknowledged.isEmpty()) {
            assertThat(cluster.records(cluster.awaitLeader())).containsAll(acknowledged);
        }
    }

    @Test
    void movesToOtherBrokersAltogether() {
        produce(20);
        cluster.reassign(4, 5, 3);
        awaitReached();
        assertThat(cluster.assignment().replicas()).containsExactly(4, 5, 3);
        assertThat(configuration()).isEqualTo(Configuration.of(3, 4, 5));
        produce(5);
        cluster.await(() -> cluster.replica(1) == null && cluster.replica(2) == null);
        cluster.awaitEqualReplicas();
        assertThat(cluster.records(4)).isEqualTo(cluster.records(5)).containsAll(acknowledged);
    }

    @Test
    void theLeaderCanBeMovedAway() {
        produce(5);
        int leader = cluster.awaitLeader();
        assertThat(leader).isEqualTo(1);
        cluster.reassign(2, 3, 4);
        awaitReached();
        assertThat(cluster.awaitLeader()).isNotEqualTo(1);
        produce(5);
    }

    @Test
    void aSingleReplicaCanBeMoved() {
        cluster.reassign(2);
        awaitReached();
        produce(5);
        cluster.reassign(5);
        awaitReached();
        produce(5);
        assertThat(configuration()).isEqualTo(Configuration.of(5));
    }

    @Test
    void aDeadNewReplicaBlocksNothingAndCanBeGivenUp() {
        cluster.stop(4);
        cluster.reassign(4, 1, 2);
        produce(10);
        cluster.await(() -> membership().step() == Step.CATCHING_UP);
        assertThat(membership().waitingFor()).isEqualTo("broker 4, which cannot be reached");
        cluster.reassign();
        awaitReached();
        assertThat(cluster.assignment().replicas()).containsExactly(1, 2, 3);
        assertThat(configuration()).isEqualTo(Configuration.of(1, 2, 3));
        produce(5);
        cluster.start(4);
        cluster.await(() -> cluster.replica(4) == null);
    }

    @Test
    void replicasThatCannotDecideAreNotGivenASay() {
        cluster.reassign(1, 2, 3, 4, 5);
        awaitReached();
        cluster.kill(4);
        cluster.kill(5);
        produce(5);
        cluster.reassign(1, 4, 5);
        cluster.loop.advance(2_000);
        produce(5);
        assertThat(membership().configuration()).isEqualTo(Configuration.of(1, 2, 3, 4, 5));
        assertThat(membership().waitingFor()).isEqualTo("a majority of [1, 4, 5] to be reachable and up to date");
        cluster.reassign();
        awaitReached();
        produce(5);
    }

    @Test
    void aMoveCanBeGivenUpWhileOldAndNewReplicasDecideTogether() {
        cluster.reassign(1, 2, 3, 4, 5);
        awaitReached();
        produce(5);
        cluster.broker(4).holdDisk();
        cluster.broker(5).holdDisk();
        cluster.reassign(1, 4, 5);
        cluster.loop.advance(1_000);
        assertThat(membership().configuration().isJoint()).isTrue();
        assertThat(membership().waitingFor()).contains("committed by a majority of [1, 2, 3, 4, 5] and of [1, 4, 5]");
        cluster.reassign();
        awaitReached();
        assertThat(configuration()).isEqualTo(Configuration.of(1, 2, 3, 4, 5));
        produce(5);
        cluster.letCommit();
    }

    @Test
    void anotherMoveReplacesTheOneThatIsStuck() {
        cluster.stop(4);
        cluster.reassign(4, 1, 2);
        cluster.await(() -> membership().step() == Step.CATCHING_UP);
        cluster.reassign(5, 1, 2);
        awaitReached();
        assertThat(cluster.assignment().replicas()).containsExactly(5, 1, 2);
        produce(5);
    }

    @Test
    void aDeadReplicaIsReplacedByAnotherBroker() {
        produce(10);
        cluster.kill(3);
        produce(10);
        cluster.reassign(1, 2, 4);
        awaitReached();
        produce(10);
        assertThat(configuration()).isEqualTo(Configuration.of(1, 2, 4));
        cluster.start(3);
        cluster.await(() -> cluster.replica(3) == null);
    }

    @Test
    void whoIsMovedAwayKeepsItsDataUntilTheLeaderHasReported() {
        produce(5);
        cluster.reassign(4, 5, 1);
        cluster.await(
                () -> membership().step() == Step.CATCHING_UP || membership().step() == Step.COMMITTING);
        cluster.holdMetadata(true);
        cluster.loop.advance(2_000);
        cluster.await(() -> cluster.leader() != null);
        assertThat(cluster.replica(2)).isNotNull();
        assertThat(cluster.replica(3)).isNotNull();
        cluster.holdMetadata(false);
        awaitReached();
        cluster.await(() -> cluster.replica(2) == null && cluster.replica(3) == null);
    }

    @Test
    void aNewLeaderDoesNothingBeforeItsMetadataIsUpToDate() {
        cluster.holdMetadata(true);
        cluster.reassign(3, 4, 5);
        cluster.loop.advance(2_000);
        assertThat(configuration()).isEqualTo(Configuration.of(1, 2, 3));
        cluster.holdMetadata(false);
        awaitReached();
    }

    @Test
    void aReplicaOnAWipedDiskIsTakenInAnewAndDoesNotVoteBefore() {
        produce(10);
        int leader = cluster.awaitLeader();
        int wiped = leader == 3 ? 2 : 3;
        cluster.stop(wiped);
        cluster.replaceDisk(wiped);
        cluster.start(wiped);
        assertThat(cluster.replica(wiped).group().core().isForgetful()).isTrue();
        cluster.await(() -> !cluster.replica(wiped).group().core().isForgetful()
                && configuration().equals(Configuration.of(1, 2, 3)));
        produce(10);
        cluster.awaitEqualReplicas();
        cluster.stop(leader);
        cluster.awaitLeaderOtherThan(leader);
        produce(5);
    }

    @Test
    void aWipedReplicaDoesNotElectALeaderThatLacksWhatItHadAcknowledged() {
        cluster.cutOff(3);
        produce(10);
        cluster.kill(1);
        cluster.kill(2);
        cluster.replaceDisk(2);
        cluster.reconnect(3);
        cluster.start(2);
        cluster.loop.advance(5_000);
        assertThat(cluster.leader()).isNull();
        cluster.start(1);
        cluster.awaitLeader();
    }

    @Test
    void aReplicaStaysForgetfulOverARestart() {
        produce(10);
        cluster.cutOff(3);
        cluster.stop(3);
        cluster.replaceDisk(3);
        cluster.kill(1);
        cluster.start(3);
        cluster.loop.advance(1_000);
        cluster.kill(3);
        cluster.start(3);
        assertThat(cluster.replica(3).group().core().isForgetful()).isTrue();
        cluster.start(1);
        cluster.await(() -> !cluster.replica(3).group().core().isForgetful());
    }

    private Membership membership() {
        Integer leader = cluster.leader();
        return leader == null ? Membership.UNKNOWN : cluster.replica(leader).membership();
    }

    private Configuration configuration() {
        return cluster.replica(cluster.awaitLeader()).group().core().configuration();
    }

    private void awaitReached() {
        cluster.await(() -> !cluster.assignment().isPending());
        cluster.awaitLeader();
    }

    private void produce(int count) {
        for (int i = 0; i < count; i++) {
            String value = "value-" + acknowledged.size();
            ProduceResult result = cluster.produce(cluster.awaitLeader(), Batches.of(value));
            for (int tries = 0; result.error() == ErrorCode.NOT_LEADER_OR_FOLLOWER && tries < 10; tries++) {
                cluster.loop.advance(100);
                result = cluster.produce(cluster.awaitLeader(), Batches.of(value));
            }
            assertThat(result.error()).isEqualTo(ErrorCode.NONE);
            acknowledged.add(result.baseOffset() + ":" + value);
        }
    }
}
