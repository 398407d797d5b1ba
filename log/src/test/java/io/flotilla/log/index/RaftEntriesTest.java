package io.flotilla.log.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.Seeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RaftEntriesTest {
    /** Entries 1 and 4 are Raft's, as in the class comment. */
    private static RaftEntries example() {
        RaftEntries entries = new RaftEntries();
        entries.add(1);
        entries.add(4);
        return entries;
    }

    @Test
    void translatesTheExampleOfTheClassComment() {
        RaftEntries entries = example();
        assertThat(new long[] {entries.indexOf(0), entries.indexOf(1), entries.indexOf(2), entries.indexOf(3)})
                .containsExactly(2, 3, 5, 6);
        assertThat(new long[] {
                    entries.offsetAfter(0), entries.offsetAfter(1), entries.offsetAfter(3), entries.offsetAfter(4)
                })
                .containsExactly(0, 0, 2, 2);
        assertThat(entries.offsetAfter(6)).isEqualTo(4);
    }

    @Test
    void countsARunOfRaftEntriesBackToASegmentsStart() {
        RaftEntries entries = new RaftEntries();
        for (long index : new long[] {3, 4, 5, 9}) {
            entries.add(index);
        }
        assertThat(entries.runBefore(6, 1)).isEqualTo(3);
        assertThat(entries.runBefore(5, 1)).isEqualTo(2);
        assertThat(entries.runBefore(6, 5)).isEqualTo(1);
        assertThat(entries.runBefore(7, 1)).isZero();
    }

    @Test
    void agreesWithAnEnumerationThroughTruncationDroppingAndStoring() {
        Random random = Seeds.random(5);
        for (int round = 0; round < 200; round++) {
            List<Boolean> isRaft = new ArrayList<>();
            RaftEntries entries = new RaftEntries();
            for (int index = 1; index <= 40; index++) {
                boolean raft = random.nextInt(3) == 0;
                isRaft.add(raft);
                if (raft) {
                    entries.add(index);
                }
            }
            int last = 1 + random.nextInt(40);
            int first = 1 + random.nextInt(last);
            entries.truncateFrom(last + 1);
            entries.dropBefore(first);
            ByteBuf stored = Unpooled.buffer();
            entries.writeTo(stored);
            check(RaftEntries.readFrom(stored), isRaft, first, last);
        }
    }

    private static void check(RaftEntries entries, List<Boolean> isRaft, int first, int last) {
        long offset = 0;
        for (int index = 1; index <= last; index++) {
            boolean raft = isRaft.get(index - 1);
            if (index >= first) {
                assertThat(entries.contains(index)).isEqualTo(raft);
                if (!raft) {
                    assertThat(entries.indexOf(offset)).isEqualTo(index);
                }
            }
            offset += raft ? 0 : 1;
            if (index >= first - 1) {
                assertThat(entries.offsetAfter(index)).isEqualTo(offset);
            }
        }
        assertThat(entries.indexOf(offset)).isEqualTo(last + 1);
    }

    @Test
    void refusesEntriesOutOfOrder() {
        assertThatThrownBy(() -> example().add(4)).isInstanceOf(IllegalStateException.class);
    }
}
