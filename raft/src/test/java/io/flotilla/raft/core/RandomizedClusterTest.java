package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many small clusters under random faults. {@code -Draft.seeds=N} plays more of them, {@code -Draft.seed=S} exactly one.
 */
class RandomizedClusterTest {
    private static final int SEEDS = Integer.getInteger("raft.seeds", 1500);

    private static final int SEEDS_FOR_BROKEN_RULES = 5000;

    @Test
    void keepsEveryPromiseAndRecovers() {
        Long only = Long.getLong("raft.seed");
        long committed = 0;
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                committed += new RandomRun(seed, SafetyRules.RAFT).play();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(committed).as("indexes committed in all runs").isGreaterThan(only == null ? SEEDS * 20L : 0);
    }

    /** The others take more luck than time allows, or hurt nobody's safety: their golden scripts catch them at once. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "LEADER_COUNTS_ITSELF_BEFORE_DURABLE",
                "FOLLOWER_ACKNOWLEDGES_BEFORE_DURABLE",
                "FOLLOWER_ACKNOWLEDGES_WHAT_IT_DID_NOT_VERIFY",
                "FOLLOWER_COMMITS_WHAT_IT_DID_NOT_VERIFY",
                "TWO_VOTES_IN_A_TERM",
                "VOTE_FOR_SHORTER_LOGS",
                "SYNC_OF_A_CUT_LOG_COUNTED",
                "FOLLOWER_CUTS_WHAT_IS_COMMITTED",
                "JOINT_DECIDED_BY_THE_INCOMING_VOTERS",
                "LEARNERS_COUNTED",
                "READ_WITHOUT_A_QUORUM",
                "READ_BEFORE_A_COMMIT_IN_THE_TERM",
                "READ_BEFORE_THE_COMMIT_INDEX_IS_THERE"
            })
    void noticesEachBrokenRule(BrokenRule broken) {
        for (long seed = 1; seed <= SEEDS_FOR_BROKEN_RULES; seed++) {
            try {
                new RandomRun(seed, broken.rules).play();
            } catch (RuntimeException | AssertionError e) {
                return;
            }
        }
        fail(broken + " went unnoticed");
    }
}
