package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.state.ProducerState.Check;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Each of the {@link LogRules} has a script that ends otherwise without it, as {@code BrokenRule} has for those of Raft: it is seen at
 * once, where the simulator needs many seeds for the leader that is cut and leads again before the producer asks anybody else.
 */
class BrokenLogRuleTest {
    private static final LogRules SEQUENCES_NOT_ROLLED_BACK = new LogRules() {
        @Override
        long forgetSequencesFrom(long cutIndex) {
            return Long.MAX_VALUE;
        }
    };

    /** A leader's last batch is cut by the next one; it leads again, and the producer sends the batch again. */
    private static List<Check> sentAgainAfterACut(LogRules rules) throws IOException {
        LogFixture fixture = new LogFixture();
        fixture.rules = rules;
        fixture.open();
        fixture.log.append(Batches.leaderChange(1, 1), 1, 0);
        fixture.log.committed(fixture.log.append(Batches.produced(7, 0, 0, 2, 10), 1, 0));
        fixture.log.append(Batches.produced(7, 0, 2, 3, 10), 1, 0);
        fixture.log.truncateFrom(4);
        fixture.log.append(Batches.leaderChange(2, 2), 2, 0);
        fixture.log.append(Batches.leaderChange(1, 3), 3, 0);
        Check cut = fixture.log.producers().check(7, (short) 0, 2, 4);
        Check kept = fixture.log.producers().check(7, (short) 0, 0, 1);
        fixture.close();
        return List.of(cut, kept);
    }

    @Test
    void aBatchThatWasCutIsTakenAgainAndOneThatWasKeptIsNot() throws IOException {
        List<Check> checks = sentAgainAfterACut(LogRules.LOG);

        assertThat(checks.get(0)).isInstanceOf(Check.Ok.class);
        assertThat(checks.get(1)).isInstanceOf(Check.Duplicate.class);
    }

    @Test
    void sequencesThatAreNotRolledBackAreNoticed() throws IOException {
        assertThat(sentAgainAfterACut(SEQUENCES_NOT_ROLLED_BACK).get(0)).isInstanceOf(Check.Duplicate.class);
    }
}
