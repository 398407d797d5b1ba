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

    /** Figure 8 takes more luck than time allows; its golden script catches it. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OLD_TERM_COMMITTED_BY_COUNTING")
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
