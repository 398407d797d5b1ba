package io.flotilla.raft.core;

import static io.flotilla.raft.core.LoneCore.core;
import static io.flotilla.raft.core.LoneCore.drain;
import static io.flotilla.raft.core.LoneCore.follower;
import static io.flotilla.raft.core.LoneCore.leader;
import static io.flotilla.raft.core.LoneCore.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.LeaderResigned;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import org.junit.jupiter.api.Test;

/** What a leader does with proposals, answers, and its host. */
class LeadingTest {
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
        assertThat(peer(core, 2))
                .isEqualTo(new PeerStatus(2, true, true, false, ReplicationState.REPLICATE, 1, 5, 4, 2, 2));

        core.step(2, AppendResponse.accepted(1, 2, 2));
        drain(core);
        assertThat(peer(core, 2))
                .isEqualTo(new PeerStatus(2, true, true, false, ReplicationState.REPLICATE, 2, 4, 7, 2, 4));
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
        assertThatThrownBy(() -> leader().step(2, SnapshotResponse.installed(1, 9)))
                .isInstanceOf(InvariantViolation.class);
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
    void strangersAreIgnored() {
        RaftCore core = leader();
        core.step(7, AppendResponse.accepted(1, 9, 9));
        core.step(7, SnapshotResponse.installed(1, 9));
        core.nodeUp(7);
        core.sendFailed(7);

        assertThat(core.hasReady()).isFalse();
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
    void durabilityIsNotReportedForWhatWasNotWritten() {
        RaftCore core = leader();
        core.propose(EntryKind.RECORDS, 1, 1);

        assertThatThrownBy(() -> core.appended(new LogMark(2, 0))).isInstanceOf(InvariantViolation.class);
    }
}
