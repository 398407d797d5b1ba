package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.LeaderResigned;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.message.TimeoutNow;
import io.flotilla.raft.message.VoteRequest;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One core, node 1 of three unless said otherwise, whose peers are played by the test. Races are in the golden scripts. */
class RaftCoreTest {
    private static final Configuration THREE = Configuration.of(1, 2, 3);
    private static final RaftOptions OPTIONS = new RaftOptions(1, 10, 2, 1000, 100);

    private static RaftCore core(DurableState found) {
        return new RaftCore(OPTIONS, found, () -> 0L);
    }

    /** A leader of term 1, its first entry committed by node 2. */
    private static RaftCore leader() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.nodeUp(2);
        core.nodeUp(3);
        core.campaign();
        core.step(2, new VoteResponse(1, true, true));
        drain(core);
        core.step(2, new VoteResponse(1, false, true));
        drain(core);
        core.step(2, AppendResponse.accepted(1, 0, 0));
        drain(core);
        core.step(2, AppendResponse.accepted(1, 1, 1));
        drain(core);
        assertThat(core.hasCommittedInTerm()).isTrue();
        return core;
    }

    /** A follower of node 2 in term 1. */
    private static RaftCore follower() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.nodeUp(2);
        core.nodeUp(3);
        core.step(2, append(1, 0, 0, 0, EntryRef.single(1, 1, EntryKind.LEADER_CHANGE, 0)));
        drain(core);
        return core;
    }

    private static AppendRequest append(int term, long prevIndex, int prevTerm, long commitIndex, EntryRef... entries) {
        return new AppendRequest(term, prevIndex, prevTerm, commitIndex, List.of(entries));
    }

    /** Carries everything out at once, and returns the last message sent, or null. */
    private static RaftMessage drain(RaftCore core) {
        RaftMessage last = null;
        while (core.hasReady()) {
            Ready ready = core.ready();
            if (ready.hardState() != null) {
                core.hardStatePersisted(ready.hardState());
            }
            core.appended(ready.mark());
            ready.replications()
                    .forEach(intent ->
                            core.sent(intent, core.lastIndex(), (int) (core.lastIndex() - intent.prevIndex())));
            for (Envelope envelope : ready.messages()) {
                last = envelope.message();
            }
        }
        return last;
    }

    @Test
    void proposalsGetTheNextIndexes() {
        RaftCore core = leader();

        assertThat(core.propose(EntryKind.RECORDS, 3, 10))
                .isEqualTo(new ProposeResult.Accepted(EntryRef.records(2, 4, 1, 10)));
        assertThat(core.propose(EntryKind.CONTROL, 1, 5))
                .isEqualTo(new ProposeResult.Accepted(EntryRef.single(5, 1, EntryKind.CONTROL, 5)));
        assertThat(core.lastIndex()).isEqualTo(5);
        assertThatThrownBy(() -> core.propose(EntryKind.LEADER_CHANGE, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void proposalsGoToTheLeader() {
        RaftCore core = follower();
        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isEqualTo(new ProposeResult.NotLeader(2));

        core.nodeDown(2);
        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isEqualTo(new ProposeResult.NotLeader(RaftCore.NO_NODE));
    }

    @Test
    void uncommittedBytesAreLimited() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 120);
        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isEqualTo(new ProposeResult.Full(120));

        drain(core);
        core.step(2, AppendResponse.accepted(1, 2, 2));
        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isInstanceOf(ProposeResult.Accepted.class);
    }

    @Test
    void appendsInFlightAreLimited() {
        RaftCore core = leader();
        for (int i = 0; i < 5; i++) {
            core.propose(EntryKind.RECORDS, 1, 1);
            drain(core);
        }
        assertThat(peer(core, 2)).isEqualTo(new PeerStatus(2, true, ReplicationState.REPLICATE, 1, 4, 2, 2));

        core.step(2, AppendResponse.accepted(1, 2, 2));
        drain(core);
        assertThat(peer(core, 2)).isEqualTo(new PeerStatus(2, true, ReplicationState.REPLICATE, 2, 7, 2, 4));
    }

    @Test
    void anOutdatedIntentIsNotCurrent() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);
        Replicate intent = core.ready().replications().get(0);
        assertThat(core.isCurrent(intent)).isTrue();
        core.nodeDown(2);
        assertThat(core.isCurrent(intent)).isFalse();

        core.sent(intent, 2, 1);
        assertThat(peer(core, 2).inflightAppends()).isZero();
    }

    @Test
    void aHostThatSentWhatIsNotThereIsStopped() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);
        Replicate intent = core.ready().replications().get(0);

        assertThatThrownBy(() -> core.sent(intent, 3, 1)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void transfersSayWhyNot() {
        RaftCore core = leader();
        core.nodeDown(3);

        assertThat(follower().transferLeadership(3)).isEqualTo(TransferResult.NOT_LEADER);
        assertThat(core.transferLeadership(1)).isEqualTo(TransferResult.NOT_A_TARGET);
        assertThat(core.transferLeadership(4)).isEqualTo(TransferResult.NOT_A_TARGET);
        assertThat(core.transferLeadership(3)).isEqualTo(TransferResult.TARGET_DOWN);
        assertThat(core.transferLeadership(2)).isEqualTo(TransferResult.STARTED);
        assertThat(core.transferLeadership(2)).isEqualTo(TransferResult.BUSY);
        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isEqualTo(new ProposeResult.Transferring(2));
        assertThat(core.status().transferTarget()).isEqualTo(2);
    }

    @Test
    void aNewTermOfLeadershipStartsClean() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 120);
        core.transferLeadership(2);
        for (int node : new int[] {2, 3}) {
            core.nodeDown(node);
        }
        for (int i = 0; i < 9; i++) {
            core.tick();
        }
        core.step(2, new VoteResponse(2, false, false));
        core.nodeUp(2);
        core.campaign();
        core.step(2, new VoteResponse(3, true, true));
        drain(core);
        core.step(2, new VoteResponse(3, false, true));
        assertThat(core.role()).isEqualTo(Role.LEADER);

        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isInstanceOf(ProposeResult.Accepted.class);
        core.nodeDown(2);
        core.tick();
        assertThat(core.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void aLeaderThatResignsNamesAVoter() {
        RaftCore core = core(DurableState.fresh(new Configuration(NodeSet.of(1), NodeSet.of(2, 3), NodeSet.EMPTY)));
        core.nodeUp(2);
        core.campaign();
        drain(core);
        core.resign();

        assertThat(core.ready().messages())
                .containsExactly(new Envelope(2, new LeaderResigned(1)), new Envelope(3, new LeaderResigned(1)));
    }

    @Test
    void nothingIsSentToANodeThatIsDown() {
        RaftCore core = leader();
        core.nodeDown(2);
        core.step(2, AppendResponse.accepted(1, 1, 1));
        core.propose(EntryKind.RECORDS, 1, 1);
        core.step(2, AppendResponse.rejected(1, 1, 0, 0));

        assertThat(core.ready().replications()).isEmpty();
        assertThat(core.hasReady()).isFalse();
    }

    @Test
    void aSnapshotIsAskedForOnce() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);
        drain(core);
        core.step(2, AppendResponse.accepted(1, 2, 2));
        core.compacted(3);
        core.nodeDown(3);
        core.nodeUp(3);
        assertThat(core.ready().snapshots()).hasSize(1);

        core.step(3, AppendResponse.accepted(1, 1, 1));
        assertThat(core.hasReady()).isFalse();
        core.step(3, AppendResponse.accepted(1, 2, 2));
        assertThat(peer(core, 3).state()).isEqualTo(ReplicationState.REPLICATE);
    }

    @Test
    void aFollowerThatLostItsDiskIsNoLongerCounted() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);
        drain(core);
        core.step(2, AppendResponse.accepted(1, 2, 2));
        core.nodeDown(2);
        core.nodeUp(2);
        assertThat(drain(core)).isEqualTo(AppendRequest.probe(1, 2, 1, 2));

        core.step(2, AppendResponse.rejected(1, 2, 0, 0));
        assertThat(peer(core, 2).matchIndex()).isZero();
        assertThat(drain(core)).isEqualTo(AppendRequest.probe(1, 0, 0, 2));
    }

    @Test
    void anAnswerFromBeyondTheLogStopsTheLeader() {
        RaftCore core = leader();

        assertThatThrownBy(() -> core.step(2, AppendResponse.accepted(1, 9, 9))).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> leader().step(2, new SnapshotResponse(1, true, 9)))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void strangersAreIgnored() {
        RaftCore core = leader();
        core.step(7, AppendResponse.accepted(1, 9, 9));
        core.step(7, new SnapshotResponse(1, true, 9));
        core.nodeUp(7);
        core.sendFailed(7);

        assertThat(core.hasReady()).isFalse();
    }

    @Test
    void twoLeadersOfOneTermAreImpossible() {
        assertThatThrownBy(() -> follower().step(3, append(1, 0, 0, 0))).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> leader().step(3, append(1, 0, 0, 0))).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> follower().step(3, new CommitNotice(1, 1, 1))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void twoReplicasOfOneIdentityAreNoticed() {
        assertThatThrownBy(() -> leader().step(1, append(1, 0, 0, 0))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void theCommittedPrefixIsNeverCut() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 3, EntryRef.records(2, 3, 1, 1)));
        assertThat(core.commitIndex()).isEqualTo(3);

        assertThatThrownBy(() -> core.step(3, append(2, 1, 1, 3, EntryRef.records(2, 2, 2, 1))))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void manyAppendsAreAcknowledgedByOneResponse() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 1, EntryRef.records(2, 3, 1, 1)));
        core.step(2, append(1, 3, 1, 1, EntryRef.records(4, 4, 1, 1)));
        Ready ready = core.ready();

        assertThat(ready.entries()).hasSize(2);
        assertThat(ready.messages()).isEmpty();
        core.appended(ready.mark());
        assertThat(core.ready().messages()).containsExactly(new Envelope(2, AppendResponse.accepted(1, 4, 4)));
        assertThat(core.hasReady()).isFalse();
    }

    @Test
    void entriesThatAreThereAlreadyAreSkipped() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 1, EntryRef.records(2, 3, 1, 1)));
        drain(core);
        core.step(
                2, append(1, 0, 0, 1, EntryRef.single(1, 1, EntryKind.LEADER_CHANGE, 0), EntryRef.records(2, 3, 1, 1)));

        assertThat(drain(core)).isEqualTo(AppendResponse.accepted(1, 3, 3));
    }

    @Test
    void onlySilenceIsSuspicious() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);
        drain(core);
        core.propose(EntryKind.RECORDS, 1, 1);
        drain(core);
        for (int i = 0; i < 6; i++) {
            core.tick();
        }
        core.step(2, AppendResponse.accepted(1, 3, 2));
        drain(core);
        for (int i = 0; i < 6; i++) {
            core.tick();
        }
        assertThat(peer(core, 2).state()).isEqualTo(ReplicationState.REPLICATE);
        for (int i = 0; i < 4; i++) {
            core.tick();
        }
        assertThat(peer(core, 2).state()).isEqualTo(ReplicationState.PROBE);
    }

    @Test
    void cutsThatWereNotDrainedBecomeOne() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 1, EntryRef.records(2, 3, 1, 1), EntryRef.records(4, 6, 1, 1)));
        drain(core);
        EntryRef first = EntryRef.single(4, 2, EntryKind.LEADER_CHANGE, 0);
        core.step(3, append(2, 3, 1, 1, first, EntryRef.records(5, 5, 2, 1)));
        core.step(2, append(3, 4, 2, 1, EntryRef.single(5, 3, EntryKind.LEADER_CHANGE, 0)));
        Ready ready = core.ready();

        assertThat(ready.truncateFrom()).isEqualTo(4);
        assertThat(ready.entries()).containsExactly(first, EntryRef.single(5, 3, EntryKind.LEADER_CHANGE, 0));
        assertThat(ready.mark()).isEqualTo(new LogMark(5, 1));
    }

    @Test
    void aVoteIsGivenTimeToMatter() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.step(2, AppendResponse.rejected(1, 0, 0, 0));
        for (int i = 0; i < 9; i++) {
            core.tick();
        }
        core.step(3, new VoteRequest(1, 0, 0, false, false));
        drain(core);
        core.tick();
        assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void aConfigurationIsInForceFromItsAppendUntilItIsCut() {
        RaftCore core = follower();
        Configuration joint = new Configuration(NodeSet.of(1, 4), NodeSet.EMPTY, NodeSet.of(1, 2, 3));
        core.step(2, append(1, 1, 1, 1, EntryRef.configuration(2, 1, joint, 20)));
        assertThat(core.configuration()).isEqualTo(joint);

        core.step(3, append(2, 1, 1, 1, EntryRef.single(2, 2, EntryKind.LEADER_CHANGE, 0)));
        assertThat(core.configuration()).isEqualTo(THREE);
        assertThat(core.ready().truncateFrom()).isZero(); // The host had not been told to write it yet.
    }

    @Test
    void onlyVotersStandForElection() {
        for (Configuration without : List.of(
                Configuration.NONE,
                Configuration.of(2, 3),
                new Configuration(NodeSet.of(2, 3), NodeSet.of(1), NodeSet.EMPTY))) {
            RaftCore core = core(DurableState.fresh(without));
            core.campaign();
            assertThat(core.needsTicks()).isFalse();
            for (int i = 0; i < 50; i++) {
                core.tick();
            }
            assertThat(core.hasReady()).isFalse();

            core.step(2, append(1, 0, 0, 0));
            drain(core);
            core.step(2, new TimeoutNow(1));
            assertThat(core.role()).isEqualTo(Role.FOLLOWER);
        }
    }

    @Test
    void onlyTheLeaderIsBelieved() {
        RaftCore core = follower();
        core.step(2, new CommitNotice(0, 1, 1));
        core.step(3, new LeaderResigned(1));
        assertThat(core.commitIndex()).isZero();
        assertThat(core.leaderId()).isEqualTo(2);

        core.step(2, new CommitNotice(1, 9, 1));
        assertThat(core.commitIndex()).isEqualTo(1);
        core.step(2, new LeaderResigned(1));
        assertThat(core.leaderId()).isEqualTo(RaftCore.NO_NODE);
        assertThat(core.needsTicks()).isTrue();
    }

    @Test
    void aLeaderOfThePastIsToldSo() {
        RaftCore core = follower();
        core.step(3, append(0, 0, 0, 0));
        assertThat(drain(core)).isEqualTo(AppendResponse.rejected(1, 0, 0, 0));

        RaftCore old = leader();
        old.step(2, AppendResponse.rejected(5, 0, 0, 0));
        assertThat(old.role()).isEqualTo(Role.FOLLOWER);
        assertThat(old.term()).isEqualTo(5);
    }

    @Test
    void aPreVoteCountsOnlyForTheTermItWasAskedAbout() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.step(2, append(4, 0, 0, 0));
        core.nodeDown(2);
        core.campaign();
        drain(core);
        core.step(3, new VoteResponse(4, true, true));
        assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);

        core.step(3, new VoteResponse(5, true, true));
        assertThat(core.role()).isEqualTo(Role.CANDIDATE);
    }

    @Test
    void aRefusalThatIsAnsweredAlreadyChangesNothing() {
        RaftCore core = leader();
        for (int i = 0; i < 3; i++) {
            core.propose(EntryKind.RECORDS, 1, 1);
        }
        drain(core);
        core.step(2, AppendResponse.accepted(1, 3, 3));
        drain(core);
        PeerStatus before = peer(core, 2);
        core.step(2, AppendResponse.rejected(1, 2, 1, 1));

        assertThat(peer(core, 2)).isEqualTo(before);
        assertThat(core.hasReady()).isFalse();
    }

    @Test
    void aVoteOverridesALiveLeaderOnlyWhenTheLeaderAskedForIt() {
        RaftCore core = follower();
        core.step(3, new VoteRequest(2, 9, 1, false, false));
        assertThat(drain(core)).isEqualTo(new VoteResponse(1, false, false));

        core.step(3, new VoteRequest(2, 9, 1, false, true));
        assertThat(drain(core)).isEqualTo(new VoteResponse(2, false, true));
    }

    @Test
    void aSnapshotIsNotInstalledOverALogThatHasIt() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 0, EntryRef.records(2, 3, 1, 1)));
        Ready ready = core.ready();

        core.step(2, new SnapshotRequest(1, 3, 1, THREE));
        assertThat(core.commitIndex()).isEqualTo(3);
        Ready kept = core.ready();
        assertThat(kept.install()).isNull();
        assertThat(kept.messages()).containsExactly(new Envelope(2, AppendResponse.accepted(1, 3, 1)));

        core.appended(ready.mark());
        drain(core);
        core.step(2, new SnapshotRequest(1, 3, 1, THREE));
        assertThat(drain(core)).isEqualTo(new SnapshotResponse(1, true, 3));
    }

    @Test
    void anInstalledSnapshotReplacesTheLog() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 0, EntryRef.records(2, 3, 1, 1)));
        drain(core);
        Configuration later = Configuration.of(1, 2);
        core.step(3, new SnapshotRequest(4, 3, 4, later));
        InstallSnapshot install = core.ready().install();
        assertThat(install).isEqualTo(new InstallSnapshot(3, 3, 4, later));
        core.hardStatePersisted(new HardState(4, RaftCore.NO_NODE));

        core.step(3, append(4, 3, 4, 9, EntryRef.records(4, 4, 4, 1)));
        assertThat(core.lastIndex()).isEqualTo(3);
        assertThat(core.termAt(3)).isEqualTo(1);

        core.snapshotInstalled(install);
        assertThat(core.ready().messages()).containsExactly(new Envelope(3, new SnapshotResponse(4, true, 3)));
        assertThat(core.termAt(3)).isEqualTo(4);
        assertThat(core.commitIndex()).isEqualTo(3);
        assertThat(core.configuration()).isEqualTo(later);
        assertThatThrownBy(() -> core.snapshotInstalled(install)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void theLogMayBeCompactedOnlyWhereItIsCommitted() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 2, 1);
        drain(core);

        core.compacted(2);
        assertThat(core.status().firstIndex()).isEqualTo(2);
        assertThat(core.termAt(1)).isEqualTo(1);
        assertThat(core.termAt(0)).isEqualTo(TermHistory.UNKNOWN);
        assertThatThrownBy(() -> core.compacted(4)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void recoveryContinuesWhereTheDiskLeftOff() {
        DurableState found = new DurableState(
                new HardState(7, 3),
                10,
                2,
                List.of(new TermStart(4, 15)),
                20,
                12,
                List.of(new ConfigurationAt(10, THREE), new ConfigurationAt(18, Configuration.of(1, 2))));
        RaftCore core = core(found);

        assertThat(core.status())
                .isEqualTo(new RaftStatus(
                        1,
                        Role.FOLLOWER,
                        7,
                        3,
                        RaftCore.NO_NODE,
                        11,
                        12,
                        20,
                        20,
                        4,
                        Configuration.of(1, 2),
                        RaftCore.NO_NODE,
                        List.of()));
        assertThat(core.termAt(14)).isEqualTo(2);
        assertThat(core.hasReady()).isFalse();
        assertThatThrownBy(() -> new DurableState(HardState.INITIAL, 5, 1, List.of(), 4, 5, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void durabilityIsNotReportedForWhatWasNotWritten() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);

        assertThatThrownBy(() -> core.appended(new LogMark(2, 0))).isInstanceOf(InvariantViolation.class);
    }

    private static PeerStatus peer(RaftCore core, int node) {
        return core.status().peers().stream()
                .filter(status -> status.node() == node)
                .findFirst()
                .orElseThrow();
    }
}
