package io.flotilla.raft.core;

import static io.flotilla.raft.core.LoneCore.append;
import static io.flotilla.raft.core.LoneCore.drain;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.VoteRequest;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The one way to go on without a majority: unsafe by definition, and never taken unasked. */
class ForcedConfigurationTest {
    private static final Configuration ALONE = Configuration.of(1);

    /** A follower of node 2 whose last entry is not known to be committed, and whose peers are gone. */
    private static RaftCore survivor() {
        RaftCore core = LoneCore.follower();
        core.step(2, append(1, 1, 1, 1, EntryRef.single(2, 1, EntryKind.RECORDS, 10)));
        drain(core);
        core.nodeDown(2);
        core.nodeDown(3);
        drain(core);
        return core;
    }

    @Test
    void aSurvivorLeadsAloneAndKeepsWhatItHas() {
        RaftCore core = survivor();
        assertThat(core.commitIndex()).isEqualTo(1);
        assertThat(core.forceSoleVoter()).isNull();
        drain(core);
        assertThat(core.role()).isEqualTo(Role.LEADER);
        assertThat(core.term()).as("ahead of what others may have begun").isGreaterThan(1000);
        assertThat(core.configuration()).isEqualTo(ALONE);
        assertThat(core.termAt(2)).isEqualTo(1);
        assertThat(core.commitIndex())
                .as("its log, the new term's entry, the configuration")
                .isEqualTo(4);
        assertThat(core.propose(EntryKind.RECORDS, 1, 1)).isInstanceOf(ProposeResult.Accepted.class);
        drain(core);
        assertThat(core.commitIndex()).isEqualTo(5);
    }

    @Test
    void theConfigurationIsAnEntryBehindTheFirstOfTheTerm() {
        RaftCore core = survivor();
        core.forceSoleVoter();
        List<EntryRef> entries = new ArrayList<>();
        while (core.hasReady()) {
            Ready ready = core.ready();
            entries.addAll(ready.entries());
            if (ready.hardState() != null) {
                assertThat(entries)
                        .as("nothing before term and vote are durable")
                        .isEmpty();
                core.hardStatePersisted(ready.hardState());
            }
            core.appended(ready.mark());
        }
        assertThat(entries)
                .extracting(EntryRef::kind)
                .containsExactly(EntryKind.LEADER_CHANGE, EntryKind.CONFIGURATION);
        assertThat(entries.get(1).configuration()).isEqualTo(ALONE);
    }

    @Test
    void othersCanBeAddedAgainAndTheirVotesCount() {
        RaftCore core = survivor();
        core.forceSoleVoter();
        drain(core);
        core.nodeUp(2);
        Configuration learning = new Configuration(NodeSet.of(1), NodeSet.of(2), NodeSet.EMPTY);
        assertThat(core.proposeConfiguration(learning)).isInstanceOf(ChangeResult.Accepted.class);
    }

    @Test
    void aReplicaThatLostItsMemoryCanBeTheSurvivor() {
        RaftCore core = LoneCore.core(forgetful());
        drain(core);
        assertThat(core.isForgetful()).isTrue();
        assertThat(core.forceSoleVoter()).isNull();
        drain(core);
        assertThat(core.role()).isEqualTo(Role.LEADER);
        assertThat(core.isForgetful()).isFalse();
    }

    private static DurableState forgetful() {
        DurableState fresh = DurableState.fresh(LoneCore.THREE);
        return new DurableState(
                fresh.hardState(),
                fresh.baseIndex(),
                fresh.baseTerm(),
                fresh.termStarts(),
                fresh.lastIndex(),
                fresh.commitIndex(),
                fresh.configurations(),
                true);
    }

    @Test
    void nobodyIsForcedWhileALeaderLives() {
        RaftCore follower = LoneCore.follower();
        assertThat(follower.forceSoleVoter()).isEqualTo("node 2 leads, and lives");
        RaftCore leader = LoneCore.leader();
        assertThat(leader.forceSoleVoter()).isEqualTo("this replica leads");
        assertThat(leader.configuration()).isEqualTo(LoneCore.THREE);
    }

    @Test
    void aReplicaOutsideItsGroupIsNotForced() {
        RaftCore core = LoneCore.core(DurableState.fresh(Configuration.of(2, 3, 4)));
        assertThat(core.forceSoleVoter()).isEqualTo("this replica is not a member of its group");
    }

    @Test
    void aLaterTermThatShowsUpFirstEndsIt() {
        RaftCore core = survivor();
        core.forceSoleVoter();
        Ready ready = core.ready();
        core.nodeUp(2);
        core.step(2, new VoteRequest(5_000, 9, 4_000, false, false));
        core.hardStatePersisted(ready.hardState());
        drain(core);
        assertThat(core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(core.configuration()).isEqualTo(LoneCore.THREE);
    }
}
