package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TermHistoryTest {
    /** Against the naive: one term per index in a list, of which some are forgotten. */
    @Test
    void answersAsIfItKeptEveryTerm() {
        SplittableRandom random = new SplittableRandom(1);
        for (int run = 0; run < 200; run++) {
            TermHistory history = new TermHistory(0, 0);
            List<Integer> terms = new ArrayList<>(List.of(0));
            int base = 0;
            for (int step = 0; step < 60; step++) {
                int last = terms.size() - 1;
                switch (random.nextInt(6)) {
                    case 0 -> {
                        int from = base + 1 + random.nextInt(last - base + 1);
                        history.truncate(from);
                        terms = new ArrayList<>(terms.subList(0, from));
                    }
                    case 1 -> {
                        int index = base + random.nextInt(last - base + 1);
                        history.compact(index);
                        base = index;
                    }
                    default -> {
                        int term = Math.max(1, terms.get(last) + random.nextInt(3));
                        history.append(term, last + 1L);
                        for (int i = random.nextInt(3); i >= 0; i--) {
                            terms.add(term);
                        }
                    }
                }
                assertSame(history, terms, base);
            }
        }
    }

    private static void assertSame(TermHistory history, List<Integer> terms, int base) {
        assertThat(history.baseIndex()).isEqualTo(base);
        for (int index = 0; index < terms.size(); index++) {
            assertThat(history.termAt(index)).isEqualTo(index < base ? TermHistory.UNKNOWN : terms.get(index));
        }
        int last = terms.size() - 1;
        for (int term = 0; term <= terms.get(last) + 1; term++) {
            int expected = last;
            while (expected >= base && terms.get(expected) > term) {
                expected--;
            }
            assertThat(history.lastIndexWithin(last, term)).isEqualTo(expected);
        }
    }

    @Test
    void refusesTermsThatGoBack() {
        TermHistory history = new TermHistory(10, 3);
        history.append(5, 11);

        assertThatThrownBy(() -> history.append(4, 12)).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> history.append(6, 11)).isInstanceOf(InvariantViolation.class);
    }
}
