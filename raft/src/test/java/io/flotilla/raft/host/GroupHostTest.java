package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.raft.core.ProposeResult;
import io.flotilla.raft.core.Role;
import io.flotilla.raft.message.ConfirmRequest;
import io.flotilla.raft.message.VoteRequest;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GroupHostTest {
    @RegisterExtension
    final Buffers buffers = new Buffers();

    private final HostCluster cluster = new HostCluster(buffers.allocator, 3);

    @BeforeEach
    void connect() {
        cluster.connectAll();
    }

    private HostCluster.Member member(int node) {
        return cluster.node(node).members.get(0);
    }

    /** Opens group 0 on all nodes: node 1 leads it. */
    private void open() {
        cluster.openEverywhere(0);
        assertThat(cluster.leader(0)).isSameAs(cluster.node(1));
    }

    @Test
    void thePreferredReplicaOfAFreshGroupLeadsWithoutWaitingForATimeout() {
        open();
        assertThat(member(2).leader).isEqualTo(1);
        assertThat(member(3).leader).isEqualTo(1);
        assertThat(member(1).committed).isEqualTo(1);
    }

    @Test
    void theOthersOfAFreshGroupElectALeaderWhenThePreferredOneDoesNotCome() {
        cluster.node(2).open(0);
        cluster.node(3).open(0);
        cluster.tick(20);
        assertThat(cluster.leader(0)).as("held back for the preferred replica").isNull();
        cluster.tick(40);
        assertThat(cluster.leader(0)).isNotNull();
    }

    @Test
    void aProposalIsCommittedOnAllNodesInTheSameTurn() {
        open();
        member(1).propose("a");
        member(1).propose("b");
        cluster.run();
        for (int node = 1; node <= 3; node++) {
            assertThat(member(node).storage.records()).containsExactly("a", "b");
            assertThat(member(node).committed).isEqualTo(3);
        }
    }

    @Test
    void nothingIsCommittedBeforeAMajorityHasItOnDisk() {
        open();
        for (int node = 1; node <= 3; node++) {
            member(node).storage.holdSyncs = true;
        }
        member(1).propose("a");
        cluster.run();
        assertThat(member(3).storage.records()).containsExactly("a");
        assertThat(member(1).committed).isEqualTo(1);

        member(1).storage.releaseSyncs();
        cluster.run();
        assertThat(member(1).committed).as("one of three").isEqualTo(1);

        member(3).storage.releaseSyncs();
        cluster.run();
        assertThat(member(1).committed).isEqualTo(2);
    }

    @Test
    void followersWithTheEntryOnDiskCommitWithoutTheLeadersDisk() {
        open();
        member(1).storage.holdSyncs = true;
        member(1).propose("a");
        cluster.run();
        assertThat(member(1).committed).isEqualTo(2);
    }

    @Test
    void anIdleGroupCostsNothing() {
        open();
        cluster.frames = 0;
        cluster.tick(100);
        assertThat(cluster.frames).isZero();
    }

    @Test
    void commitsOfOrdinaryGroupsAreToldWithTheNextRoundOfNotices() {
        for (int node = 1; node <= 3; node++) {
            cluster.node(node).open(0, false);
        }
        cluster.run();
        member(1).propose("a");
        cluster.run();
        assertThat(member(1).committed).isEqualTo(2);
        assertThat(member(2).committed).isLessThan(2);

        cluster.node(1).host.sendCommitNotices();
        cluster.run();
        assertThat(member(2).committed).isEqualTo(2);

        cluster.frames = 0;
        cluster.node(1).host.sendCommitNotices();
        assertThat(cluster.frames).as("told already").isZero();
    }

    @Test
    void messagesOfManyGroupsShareAFrame() {
        for (int group = 0; group < 50; group++) {
            cluster.openEverywhere(group);
        }
        cluster.frames = 0;
        for (int group = 0; group < 50; group++) {
            cluster.node(1).members.get(group).propose("x");
        }
        cluster.run();
        // To each of two peers: entries and commit notices; back from each: acknowledgements.
        assertThat(cluster.frames).isLessThanOrEqualTo(8);
        for (int group = 0; group < 50; group++) {
            assertThat(cluster.node(3).members.get(group).committed).isEqualTo(2);
        }
    }

    @Test
    void aReplicaOpenedLateCatchesUp() {
        cluster.node(1).open(0);
        cluster.node(2).open(0);
        cluster.run();
        member(1).propose("a");
        cluster.run();

        cluster.node(3).open(0);
        cluster.run();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(3).storage.records()).containsExactly("a");
        assertThat(member(3).leader).isEqualTo(1);
    }

    @Test
    void aReplicaThatKnowsNoMembersIsFoundByALeaderThatSawItsNodeUpFirst() {
        cluster.cutOff(3);
        cluster.node(1).open(0);
        cluster.node(2).open(0);
        cluster.run();
        member(1).propose("a");
        cluster.connect(1, 3);
        cluster.connect(3, 1);

        cluster.node(3).openKnowingNobody(0);
        cluster.run();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(3).storage.records()).containsExactly("a");
    }

    @Test
    void aReplicaThatKnowsNoMembersIsFoundThoughItsNodeLostSightOfALeaderThatSawItAllTheWhile() {
        cluster.node(1).open(0);
        cluster.node(2).open(0);
        cluster.run();
        member(1).propose("a");
        cluster.node(3).host.nodeDown(1);
        cluster.node(3).host.nodeDown(2);
        cluster.connect(3, 1);
        cluster.connect(3, 2);

        cluster.node(3).openKnowingNobody(0);
        cluster.run();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(3).storage.records()).containsExactly("a");
    }

    @Test
    void aReplicaThatIsGoneFromALivingBrokerIsDownForItsGroupOnly() {
        open();
        cluster.openEverywhere(1);
        cluster.node(1).host.close(HostCluster.groupId(0));
        cluster.run();
        cluster.tick(40);
        assertThat(cluster.leader(0)).isIn(cluster.node(2), cluster.node(3));
        assertThat(cluster.leader(1)).isSameAs(cluster.node(1));
        assertThat(member(1).propose("late")).isInstanceOf(ProposeResult.NotLeader.class);
    }

    @Test
    void aDeadBrokersGroupsGetAnotherLeaderAndItTakesTheNewEntriesWhenItIsBack() {
        open();
        cluster.cutOff(1);
        cluster.tick(40);
        HostCluster.Node next = cluster.leader(0);
        assertThat(next).isNotSameAs(cluster.node(1));
        assertThat(member(1).role).as("steps down without a majority").isNotEqualTo(Role.LEADER);

        next.members.get(0).propose("b");
        cluster.run();
        cluster.connectAll();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(1).storage.records()).containsExactly("b");
        assertThat(member(1).leader).isEqualTo(next.id);
    }

    @Test
    void anUncommittedEntryOfAnOldLeaderGivesWay() {
        open();
        cluster.cutOff(1);
        member(1).propose("lost");
        cluster.run();
        cluster.tick(40);
        HostCluster.Node next = cluster.leader(0);
        next.members.get(0).propose("kept");
        cluster.run();
        cluster.connectAll();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(1).storage.records()).containsExactly("kept");
    }

    @Test
    void aFollowerThatTheLogNoLongerReachesIsSentASnapshotAndThenTheRest() {
        open();
        cluster.cutOff(3);
        member(1).propose("old");
        cluster.run();
        member(1).storage.compact(member(1).committed);
        member(1).propose("new");
        cluster.run();

        cluster.connectAll();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(3).storage.installed).isEqualTo("all up to 2");
        assertThat(member(3).storage.records()).containsExactly("new");
        assertThat(member(3).committed).isEqualTo(3);
    }

    @Test
    void aDamagedSnapshotIsRefusedAndSentAgain() {
        open();
        cluster.cutOff(3);
        member(1).propose("old");
        cluster.run();
        member(1).storage.compact(member(1).committed);
        member(3).storage.refuseSnapshots = true;
        cluster.connectAll();
        assertThat(member(3).refusals).containsExactly("damaged");
        assertThat(member(3).failure).isNull();

        member(3).storage.refuseSnapshots = false;
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(3).storage.installed).isEqualTo("all up to 2");
    }

    @Test
    void aGroupWhoseDiskFailsStopsAloneAndSaysSoOnce() {
        open();
        cluster.openEverywhere(1);
        member(1).storage.refusal = new IllegalStateException("no disk");
        member(1).propose("a");
        cluster.run();
        assertThat(member(1).failure).hasMessage("no disk");
        assertThat(cluster.node(1).members.get(1).failure).isNull();

        cluster.tick(40);
        assertThat(member(1).failures).isOne();
        assertThat(cluster.leader(0)).isIn(cluster.node(2), cluster.node(3));
        assertThat(cluster.leader(1)).isSameAs(cluster.node(1));
    }

    @Test
    void leadershipIsHandedOverWithoutWaitingForATimeout() {
        open();
        assertThat(member(1).group.handOver()).isTrue();
        cluster.run();
        assertThat(member(1).role).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.leader(0)).isIn(cluster.node(2), cluster.node(3));
    }

    @Test
    void aReadThatComesBackAfterTheLeadWasLostIsNotSent() {
        open();
        member(1).storage.holdReads = true;
        member(1).propose("late");
        cluster.run();
        cluster.cutOff(1);
        cluster.tick(40);
        cluster.frames = 0;
        member(1).storage.releaseReads();
        cluster.run();
        assertThat(cluster.frames).isZero();
    }

    /** The notice is not acknowledged, and nothing else may be sent to an idle group. */
    @Test
    void aFollowerThatTookItsLeaderForDownLearnsOfTheCommitThatItMissed() {
        for (int node = 1; node <= 3; node++) {
            cluster.node(node).open(0, false);
        }
        cluster.run();
        member(1).propose("a");
        cluster.run();
        cluster.node(2).host.nodeDown(1);
        cluster.node(1).host.sendCommitNotices();
        cluster.run();
        cluster.node(2).host.nodeUp(1);
        // Shows who leads, and not how far entries are committed.
        ConfirmRequest confirm = new ConfirmRequest(member(1).group.core().term(), 1, 0);
        cluster.node(2).host.receive(1, HostCluster.groupId(0), confirm, Unpooled.EMPTY_BUFFER);
        assertThat(member(2).leader).isEqualTo(1);
        assertThat(member(2).committed).isLessThan(member(1).committed);
        cluster.run();
        cluster.tick(HostCluster.ELECTION_TICKS);
        assertThat(member(2).committed).isEqualTo(member(1).committed);
    }

    @Test
    void ticksMayBeLeftOutUntilAGroupWaitsForOne() {
        open();
        cluster.tick(3);
        GroupHost host = cluster.node(1).host;
        assertThat(host.isIdle()).isTrue();
        AtomicInteger busy = new AtomicInteger();
        host.onBusy(busy::incrementAndGet);
        member(1).propose("a");
        assertThat(host.isIdle()).as("its followers have yet to answer").isFalse();
        assertThat(busy).hasPositiveValue();
        cluster.run();
        cluster.tick(3);
        assertThat(host.isIdle()).isTrue();
    }

    @Test
    void framesThatCannotBeSentAreReported() {
        open();
        cluster.cutOff(3);
        cluster.node(1).host.nodeUp(3); // As if the link had just broken and nobody had noticed.
        cluster.run();
        assertThat(cluster.node(1).lost).contains(3);
    }

    @Test
    void entriesThatArriveDamagedAreRefusedAndComeAgain() {
        open();
        member(2).storage.seesDamage = true;
        member(1).propose("a");
        cluster.run();
        assertThat(member(2).refusals).contains("damaged on the way");
        assertThat(member(2).failure).isNull();
        assertThat(member(2).storage.records()).isEmpty();

        member(2).storage.seesDamage = false;
        cluster.tick(40);
        assertThat(member(2).storage.records()).containsExactly("a");
    }

    @Test
    void messagesForGroupsOrFromBrokersThatAreNotHereAreIgnored() {
        open();
        int term = member(2).group.core().term();
        VoteRequest request = new VoteRequest(term + 5, 100, term + 4, false, true);
        cluster.node(2).host.receive(3, HostCluster.groupId(77), request, Unpooled.EMPTY_BUFFER);
        cluster.node(2).host.nodeDown(3);
        cluster.node(2).host.receive(3, HostCluster.groupId(0), request, Unpooled.EMPTY_BUFFER);
        cluster.run();
        assertThat(member(2).group.core().term()).isEqualTo(term);
    }

    @Test
    void whenABrokerDiesItsManyGroupsAreLedAgainAFewHundredAtATime() {
        int count = 1000;
        for (int group = 0; group < count; group++) {
            cluster.openEverywhere(group);
        }
        cluster.cutOff(1);
        int most = 0;
        int ticks = 0;
        while (ledAgain(count) < count && ticks < 200) {
            cluster.node(2).host.tick();
            cluster.node(3).host.tick();
            most = Math.max(most, standing(2, count));
            cluster.run();
            ticks++;
        }
        assertThat(ledAgain(count)).isEqualTo(count);
        assertThat(ticks).as("ticks of 20 ms").isLessThan(50);
        assertThat(most).as("elections at once on a shard").isPositive().isLessThanOrEqualTo(200);

        cluster.tick(HostCluster.ELECTION_TICKS);
        cluster.frames = 0;
        cluster.node(2).host.tick();
        cluster.node(3).host.tick();
        cluster.run();
        assertThat(cluster.frames)
                .as("frames of idle groups while a broker is down")
                .isZero();
    }

    private int ledAgain(int count) {
        int led = 0;
        for (int group = 0; group < count; group++) {
            boolean isLed = cluster.node(2).members.get(group).role == Role.LEADER
                    || cluster.node(3).members.get(group).role == Role.LEADER;
            led += isLed ? 1 : 0;
        }
        return led;
    }

    private int standing(int node, int count) {
        int standing = 0;
        for (int group = 0; group < count; group++) {
            Role role = cluster.node(node).members.get(group).role;
            standing += role == Role.PRE_CANDIDATE || role == Role.CANDIDATE ? 1 : 0;
        }
        return standing;
    }
}
