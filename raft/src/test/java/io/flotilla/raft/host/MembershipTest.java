package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.raft.core.DurableState;
import io.flotilla.raft.core.ReadResult;
import io.flotilla.raft.core.Role;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Members come and go, and read, between hosts. Node 4 has the group from the test on, if at all. */
class MembershipTest {
    private static final Configuration THREE = Configuration.of(1, 2, 3);

    @RegisterExtension
    final Buffers buffers = new Buffers();

    private final HostCluster cluster = new HostCluster(buffers.allocator, 4);

    @BeforeEach
    void openOnThree() {
        cluster.connectAll();
        RaftGroup.Options stand = new RaftGroup.Options(false, true, RaftGroup.FirstElection.STAND);
        cluster.node(1).open(0, stand, DurableState.fresh(THREE));
        cluster.node(2).open(0, DurableState.fresh(THREE));
        cluster.node(3).open(0, DurableState.fresh(THREE));
        cluster.run();
        assertThat(member(1).role).isEqualTo(Role.LEADER);
        member(1).propose("a");
        cluster.run();
    }

    private HostCluster.Member member(int node) {
        return cluster.node(node).members.get(0);
    }

    private void move(int... target) {
        for (int node = 1; node <= 4; node++) {
            if (member(node) != null) {
                member(node).target = NodeSet.of(target);
                member(node).step();
            }
        }
        cluster.run();
    }

    @Test
    void aNewReplicaThatKnowsNobodyIsFoundByItsLeader() {
        cluster.node(4).openKnowingNobody(0);
        cluster.run();
        move(1, 2, 4);
        assertThat(member(4).storage.records()).containsExactly("a");
        assertThat(member(1).group.core().configuration()).isEqualTo(Configuration.of(1, 2, 4));
        assertThat(member(4).group.core().configuration()).isEqualTo(Configuration.of(1, 2, 4));
    }

    @Test
    void aLeaderThatCalledBeforeTheReplicaWasOpenIsRemembered() {
        move(1, 2, 3, 4);
        assertThat(member(1).group.core().configuration())
                .isEqualTo(new Configuration(THREE.voters(), NodeSet.of(4), NodeSet.EMPTY));
        cluster.node(4).openKnowingNobody(0);
        cluster.run();
        assertThat(member(1).group.core().configuration()).isEqualTo(Configuration.of(1, 2, 3, 4));
        assertThat(member(4).storage.records()).containsExactly("a");
    }

    @Test
    void aReplicaOpenedAgainWithoutItsDiskIsTakenOutAndInAgain() {
        cluster.node(3).host.close(HostCluster.groupId(0));
        cluster.run();
        cluster.node(3).open(0, DurableState.lost());
        move(1, 2, 3);
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(3).storage.records()).containsExactly("a");
        assertThat(member(3).group.core().isForgetful()).isFalse();
        assertThat(member(1).group.core().configuration()).isEqualTo(THREE);
        assertThat(member(3).group.core().configuration()).isEqualTo(THREE);
        cluster.frames = 0;
        cluster.tick(50);
        assertThat(cluster.frames).as("frames of an idle group").isZero();
    }

    @Test
    void aLeaderThatIsRemovedHandsOver() {
        move(2, 3);
        cluster.tick(1);
        assertThat(member(1).role).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.leader(0)).isIn(cluster.node(2), cluster.node(3));
        assertThat(cluster.leader(0).members.get(0).group.core().configuration())
                .isEqualTo(Configuration.of(2, 3));
    }

    @Test
    void readsAreConfirmedOnAnyReplicaAndFailWithoutALeader() {
        List<Long> answers = new ArrayList<>();
        for (int node = 1; node <= 3; node++) {
            read(node, answers);
        }
        cluster.run();
        assertThat(answers).containsExactly(2L, 2L, 2L);

        cluster.cutOff(3);
        read(3, answers);
        assertThat(answers.get(3)).isEqualTo(ReadResult.FAILED);
    }

    @Test
    void aReadThatWaitsWhenItsGroupIsClosedFails() {
        List<Long> answers = new ArrayList<>();
        read(1, answers);
        assertThat(answers).isEmpty();
        cluster.node(1).host.close(HostCluster.groupId(0));
        assertThat(answers).containsExactly(ReadResult.FAILED);
        read(1, answers);
        assertThat(answers).hasSize(2);
        cluster.run();
    }

    private void read(int node, List<Long> answers) {
        member(node).group.readIndex(new ReadIndexCallback() {
            @Override
            public void confirmed(long index) {
                assertThat(member(node).committed).isGreaterThanOrEqualTo(index);
                answers.add(index);
            }

            @Override
            public void failed() {
                answers.add(ReadResult.FAILED);
            }
        });
    }

    @Test
    void aLargeSnapshotArrivesPartByPart() {
        member(1).storage.padding = "x".repeat(3 << 20);
        member(1).storage.compact(member(1).committed);
        cluster.node(4).openKnowingNobody(0);
        member(1).propose("b");
        move(1, 2, 3, 4);
        assertThat(member(4).storage.installed).startsWith("all up to 2").hasSize((3 << 20) + 11);
        assertThat(member(4).storage.records()).containsExactly("b");
    }
}
