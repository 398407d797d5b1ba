package io.flotilla.raft.core;

import static io.flotilla.raft.core.LoneCore.THREE;
import static io.flotilla.raft.core.LoneCore.append;
import static io.flotilla.raft.core.LoneCore.core;
import static io.flotilla.raft.core.LoneCore.drain;
import static io.flotilla.raft.core.LoneCore.follower;
import static io.flotilla.raft.core.LoneCore.leader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.TimeoutNow;
import io.flotilla.raft.message.VoteRequest;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may lead, and who may not. */
class ElectionTest {
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
    void aPreVoteCountsOnlyForTheTermItWasAskedAbout() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.nodeUp(3);
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
    void aVoteOverridesALiveLeaderOnlyWhenTheLeaderAskedForIt() {
        RaftCore core = follower();
        core.step(3, new VoteRequest(2, 9, 1, false, false));
        assertThat(drain(core)).isEqualTo(new VoteResponse(1, false, false));

        core.step(3, new VoteRequest(2, 9, 1, false, true));
        assertThat(drain(core)).isEqualTo(new VoteResponse(2, false, true));
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
    void twoLeadersOfOneTermAreImpossible() {
        assertThatThrownBy(() -> follower().step(3, append(1, 0, 0, 0))).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> leader().step(3, append(1, 0, 0, 0))).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> follower().step(3, new CommitNotice(1, 1, 1))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void twoReplicasOfOneIdentityAreNoticed() {
        assertThatThrownBy(() -> leader().step(1, append(1, 0, 0, 0))).isInstanceOf(InvariantViolation.class);
    }
}
