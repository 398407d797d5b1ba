package io.flotilla.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FileRangesTest {
    @Test
    void holdsWhatABitPerPositionWouldHold() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            FileRanges ranges = new FileRanges();
            BitSet bits = new BitSet();
            for (int i = 0; i < 40; i++) {
                int from = random.nextInt(200);
                int to = from + 1 + random.nextInt(12);
                ranges.add(from, to);
                bits.set(from, to);
                FileRanges copy = ranges.copy();
                for (int position = 0; position < 220; position++) {
                    int end = bits.get(position) ? bits.nextClearBit(position) : position;
                    assertThat(copy.endFrom(position)).as("seed %d", seed).isEqualTo(end);
                }
            }
        }
    }

    @Test
    void forgetsRatherThanGrow() {
        FileRanges ranges = new FileRanges();
        for (int i = 0; i < 1000; i++) {
            ranges.add(10L * i, 10L * i + 5);
            assertThat(ranges.endFrom(10L * i)).isEqualTo(10L * i + 5);
        }
        assertThat(ranges.endFrom(0)).isZero();
    }

    @Test
    void aCopyDoesNotChange() {
        FileRanges ranges = new FileRanges();
        ranges.add(0, 5);
        FileRanges copy = ranges.copy();
        ranges.add(5, 10);
        assertThat(copy.endFrom(0)).isEqualTo(5);
        assertThat(FileRanges.NONE.copy().endFrom(0)).isZero();
    }
}
