package io.flotilla.raft.core;

import static io.flotilla.raft.core.LoneCore.THREE;
import static io.flotilla.raft.core.LoneCore.append;
import static io.flotilla.raft.core.LoneCore.core;
import static io.flotilla.raft.core.LoneCore.drain;
import static io.flotilla.raft.core.LoneCore.follower;
import static io.flotilla.raft.core.LoneCore.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.LeaderResigned;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a follower does with what leaders send. */
class FollowingTest {
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
    void theCommittedPrefixIsNeverCut() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 3, EntryRef.records(2, 3, 1, 1)));
        assertThat(core.commitIndex()).isEqualTo(3);

        assertThatThrownBy(() -> core.step(3, append(2, 1, 1, 3, EntryRef.records(2, 2, 2, 1))))
                .isInstanceOf(InvariantViolation.class);
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
    void aSnapshotIsNotInstalledOverALogThatHasIt() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 0, EntryRef.records(2, 3, 1, 1)));
        Ready ready = core.ready();

        core.step(2, snapshot(1, 3, 1, THREE));
        assertThat(core.commitIndex()).isEqualTo(3);
        Ready kept = core.ready();
        assertThat(kept.install()).isNull();
        assertThat(kept.messages()).containsExactly(new Envelope(2, AppendResponse.accepted(1, 3, 1)));

        core.appended(ready.mark());
        drain(core);
        core.step(2, snapshot(1, 3, 1, THREE));
        assertThat(drain(core)).isEqualTo(SnapshotResponse.installed(1, 3));
    }

    @Test
    void anInstalledSnapshotReplacesTheLog() {
        RaftCore core = follower();
        core.step(2, append(1, 1, 1, 0, EntryRef.records(2, 3, 1, 1)));
        drain(core);
        Configuration later = Configuration.of(1, 2);
        core.step(3, snapshot(4, 3, 4, later));
        core.partTaken(core.ready().part(), 0);
        InstallSnapshot install = core.ready().install();
        assertThat(install).isEqualTo(new InstallSnapshot(3, 3, 4, later));
        core.hardStatePersisted(new HardState(4, RaftCore.NO_NODE));

        core.step(3, append(4, 3, 4, 9, EntryRef.records(4, 4, 4, 1)));
        assertThat(core.lastIndex()).isEqualTo(3);
        assertThat(core.termAt(3)).isEqualTo(1);

        core.snapshotInstalled(install);
        assertThat(core.ready().messages()).containsExactly(new Envelope(3, SnapshotResponse.installed(4, 3)));
        assertThat(core.termAt(3)).isEqualTo(4);
        assertThat(core.commitIndex()).isEqualTo(3);
        assertThat(core.configuration()).isEqualTo(later);
        assertThatThrownBy(() -> core.snapshotInstalled(install)).isInstanceOf(InvariantViolation.class);
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
    void recoveryContinuesWhereTheDiskLeftOff() {
        DurableState found = new DurableState(
                new HardState(7, 3),
                10,
                2,
                List.of(new TermStart(4, 15)),
                20,
                12,
                List.of(new ConfigurationAt(10, THREE), new ConfigurationAt(18, Configuration.of(1, 2))),
                false);
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
        assertThatThrownBy(() -> new DurableState(HardState.INITIAL, 5, 1, List.of(), 4, 5, List.of(), false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
