package io.flotilla.log.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.Configuration;
import io.flotilla.log.index.RaftEntries;
import io.flotilla.log.index.TermStarts;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static byte[] example() {
        RaftEntries raftEntries = new RaftEntries();
        raftEntries.add(1);
        TermStarts termStarts = new TermStarts();
        termStarts.append(3, 1, 0);
        return new Snapshot(
                        9,
                        3,
                        4,
                        List.of(new SegmentState(0, 1, 77, 5, 6), new SegmentState(8, 10, 0, -1, 8)),
                        raftEntries,
                        termStarts,
                        List.of(new Configuration(0, new byte[] {1, 2, 3})),
                        new ProducerState(),
                        new CompactionMarks(5, 6))
                .encode();
    }

    @Test
    void readsBackWhatItWrote() {
        Snapshot snapshot = Snapshot.decode(example());
        assertThat(snapshot.index()).isEqualTo(9);
        assertThat(snapshot.term()).isEqualTo(3);
        assertThat(snapshot.logStartOffset()).isEqualTo(4);
        assertThat(snapshot.endOffset()).isEqualTo(8);
        assertThat(snapshot.segments())
                .containsExactly(new SegmentState(0, 1, 77, 5, 6), new SegmentState(8, 10, 0, -1, 8));
        assertThat(snapshot.configurations().get(0).bytes()).containsExactly(1, 2, 3);
        assertThat(snapshot.compaction()).isEqualTo(new CompactionMarks(5, 6));
        assertThat(snapshot.encode()).isEqualTo(example());
    }

    @Test
    void readsWhatWasWrittenBeforeThereWasCompaction() {
        byte[] bytes = example();
        ByteBuffer old = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length - 2 * Long.BYTES));
        CRC32C crc = new CRC32C();
        old.putShort(8, (short) 1);
        crc.update(old.duplicate().position(8));
        old.putInt(4, (int) crc.getValue());
        Snapshot snapshot = Snapshot.decode(old.array());
        assertThat(snapshot.compaction()).isEqualTo(CompactionMarks.NONE);
        assertThat(snapshot.index()).isEqualTo(9);
    }

    @Test
    void refusesAnyFlippedBitAndAnyShorterCopy() {
        byte[] good = example();
        for (int i = 0; i < good.length; i++) {
            byte[] flipped = good.clone();
            flipped[i] ^= 1;
            assertThatThrownBy(() -> Snapshot.decode(flipped)).isInstanceOf(InvalidSnapshotException.class);
            byte[] cut = Arrays.copyOf(good, i);
            assertThatThrownBy(() -> Snapshot.decode(cut)).isInstanceOf(InvalidSnapshotException.class);
        }
    }
}
