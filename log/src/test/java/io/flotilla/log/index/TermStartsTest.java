package io.flotilla.log.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TermStartsTest {
    /** Terms 2, 5 and 6; term 5 has no records; the log ends at offset 100. */
    private static TermStarts example() {
        TermStarts terms = new TermStarts();
        terms.append(2, 1, 0);
        terms.append(2, 2, 0);
        terms.append(5, 51, 49);
        terms.append(6, 52, 49);
        return terms;
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,1,0", "2,2,49", "3,2,49", "4,2,49", "5,5,49", "6,6,100", "7,-1,-1", "-1,-1,-1"})
    void answersWhereAnEpochEnds(int asked, int epoch, long endOffset) {
        assertThat(example().endOffset(asked, 100)).isEqualTo(new EpochEnd(epoch, endOffset));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,2", "50,2", "51,5", "52,6", "1000,6"})
    void knowsTheTermOfEachIndex(long index, int term) {
        assertThat(example().termAt(index)).isEqualTo(term);
    }

    @Test
    void anEmptyLogHasNoEpoch() {
        assertThat(new TermStarts().endOffset(0, 0)).isEqualTo(EpochEnd.UNDEFINED);
        assertThat(new TermStarts().lastTerm()).isZero();
    }

    @Test
    void truncationForgetsTermsThatBeginThere() {
        TermStarts terms = example();
        terms.truncateFrom(52);
        assertThat(terms.lastTerm()).isEqualTo(5);
        terms.truncateFrom(51);
        assertThat(terms.lastTerm()).isEqualTo(2);
        terms.truncateFrom(1);
        assertThat(terms.lastTerm()).isZero();
    }

    @Test
    void keepsTheTermBeforeTheFirstIndex() {
        TermStarts terms = example();
        terms.dropBefore(52);
        assertThat(terms.termAt(51)).isEqualTo(5);
        assertThat(terms.list()).hasSize(2);
        terms.dropBefore(60);
        assertThat(terms.termAt(59)).isEqualTo(6);
        assertThat(terms.list()).hasSize(1);
    }

    @Test
    void refusesATermThatFalls() {
        assertThatThrownBy(() -> example().append(5, 53, 50)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsBackWhatItWrote() {
        ByteBuf stored = Unpooled.buffer();
        example().writeTo(stored);
        assertThat(TermStarts.readFrom(stored).list()).isEqualTo(example().list());
    }
}
