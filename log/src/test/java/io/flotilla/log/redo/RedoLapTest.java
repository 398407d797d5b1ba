package io.flotilla.log.redo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.GroupId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is read of a file of the journal: all that was synced, or that something of it is lost. */
class RedoLapTest {
    private static final UUID DIRECTORY = new UUID(1, 2);
    private static final GroupId GROUP = new GroupId(new UUID(3, 4), 5);

    private final Random random = new Random(7);

    /** The frame that begins a lap. */
    private byte[] first(long lap, int framesBefore) {
        RedoFrame frame = new RedoFrame();
        frame.beginLap(framesBefore);
        return bytes(frame, lap, 0);
    }

    /** A frame of entries with as many bytes. */
    private byte[] frame(long lap, int number, int... lengths) {
        RedoFrame frame = new RedoFrame();
        frame.clear();
        for (int length : lengths) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            frame.add(GROUP, 10, 1000L + length, new ByteBuffer[] {ByteBuffer.wrap(bytes)}, 1);
        }
        return bytes(frame, lap, number);
    }

    private static byte[] bytes(RedoFrame frame, long lap, int number) {
        frame.finish(DIRECTORY, lap, number);
        ByteBuffer out = ByteBuffer.allocate((int) frame.size());
        for (int i = 0; i < frame.count(); i++) {
            out.put(frame.parts()[i]);
        }
        assertThat(out.hasRemaining()).isFalse();
        return out.array();
    }

    private static byte[] file(byte[]... frames) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(frames).mapToInt(frame -> frame.length).sum());
        for (byte[] frame : frames) {
            all.put(frame);
        }
        return all.array();
    }

    private static byte[] flipped(byte[] content, int bit) {
        byte[] changed = content.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return changed;
    }

    @Test
    void findsTheBytesOfEachEntryAgain() {
        byte[] second = frame(6, 1, 700, 30);
        RedoLap lap = RedoLap.read(file(first(6, 0), second), DIRECTORY);
        assertThat(lap.lap()).isEqualTo(6);
        assertThat(lap.frames()).isEqualTo(2);
        assertThat(lap.isDamaged()).isFalse();
        assertThat(lap.entries()).hasSize(2);
        RedoLap.Entry entry = lap.entries().get(1);
        assertThat(entry.group()).isEqualTo(GROUP);
        assertThat(entry.baseOffset()).isEqualTo(10);
        assertThat(entry.position()).isEqualTo(1030);
        byte[] expected = Arrays.copyOfRange(second, 32 + 80 + 700, 32 + 80 + 730);
        assertThat(lap.bytes(entry)).isEqualTo(ByteBuffer.wrap(expected));
    }

    @Test
    void anEmptyFileHasNoLap() {
        assertThat(RedoLap.read(new byte[0], DIRECTORY).lap()).isEqualTo(RedoLap.NONE);
        RedoLap zeros = RedoLap.read(new byte[4096], DIRECTORY);
        assertThat(zeros.lap()).isEqualTo(RedoLap.NONE);
        assertThat(zeros.isDamaged()).isFalse();
    }

    @Test
    void framesOfAnEarlierLapAreNotOfThisOne() {
        byte[] old = file(first(4, 0), frame(4, 1, 100), frame(4, 2, 100), frame(4, 3, 100));
        byte[] begun = first(6, 0);
        System.arraycopy(begun, 0, old, 0, begun.length);
        RedoLap lap = RedoLap.read(old, DIRECTORY);
        assertThat(lap.lap()).isEqualTo(6);
        assertThat(lap.frames()).isEqualTo(1);
        assertThat(lap.isDamaged()).isFalse();
    }

    @Test
    void framesOfAnotherDirectoryAreNone() {
        assertThat(RedoLap.read(file(first(6, 0), frame(6, 1, 100)), new UUID(1, 3))
                        .lap())
                .isEqualTo(RedoLap.NONE);
    }

    @Test
    void aLastFrameOfWhichSectorsAreMissingWasBeingWritten() {
        byte[] before = file(first(4, 0), frame(4, 1, 2000), frame(4, 2, 700));
        byte[] whole = file(first(6, 0), frame(6, 1, 2000), frame(6, 2, 700));
        int last = 512 + 2560;
        List<Integer> sectors = new ArrayList<>();
        for (int at = last; at < whole.length; at += 512) {
            sectors.add(at);
        }
        for (int kept = 0; kept < (1 << sectors.size()) - 1; kept++) {
            byte[] torn = whole.clone();
            boolean countsAsMissing = false;
            for (int i = 0; i < sectors.size(); i++) {
                if ((kept & 1 << i) == 0) {
                    System.arraycopy(before, sectors.get(i), torn, sectors.get(i), 512);
                    countsAsMissing |= sectors.get(i) < last + 32 + 40 + 700;
                }
            }
            RedoLap lap = RedoLap.read(torn, DIRECTORY);
            assertThat(lap.isDamaged()).as("sectors %s", kept).isFalse();
            assertThat(lap.frames()).isEqualTo(countsAsMissing ? 2 : 3);
        }
    }

    @Test
    void aFlippedBitIsNoticedWhereverItIs() {
        byte[] whole = file(first(6, 0), frame(6, 1, 90), frame(6, 2, 40));
        for (int bit = 0; bit < whole.length * 8; bit++) {
            RedoLap lap = RedoLap.read(flipped(whole, bit), DIRECTORY);
            boolean counts =
                    bit / 8 % 512 < List.of(32 + 4, 32 + 40 + 90, 32 + 40 + 40).get(bit / 8 / 512);
            assertThat(lap.isDamaged()).as("bit %s", bit).isEqualTo(counts);
            if (!counts) {
                assertThat(lap.frames()).isEqualTo(3);
            }
        }
    }

    @Test
    void theNextLapCountsTheFramesOfTheOneBefore() {
        RedoLap next = RedoLap.read(file(first(7, 3), frame(7, 1, 50)), DIRECTORY);
        byte[] whole = file(first(6, 0), frame(6, 1, 90), frame(6, 2, 40));
        assertThat(next.hasLost(RedoLap.read(whole, DIRECTORY))).isFalse();
        byte[] torn = Arrays.copyOf(whole, 1024 + 60);
        assertThat(RedoLap.read(torn, DIRECTORY).isDamaged())
                .as("its own file takes it for an interrupted write")
                .isFalse();
        assertThat(next.hasLost(RedoLap.read(torn, DIRECTORY))).isTrue();
        assertThat(next.hasLost(RedoLap.read(new byte[0], DIRECTORY)))
                .as("the file is gone")
                .isTrue();
        assertThat(next.hasLost(RedoLap.read(file(first(4, 2)), DIRECTORY)))
                .as("it was put back to what it had two laps before")
                .isTrue();
        assertThat(RedoLap.read(whole, DIRECTORY).hasLost(RedoLap.read(new byte[0], DIRECTORY)))
                .as("there was none before")
                .isFalse();
    }

    @Test
    void whatIsLostBeforeALaterFrameIsDamageAndTheLaterOneCounts() {
        byte[] whole = file(first(6, 0), frame(6, 1, 900), frame(6, 2, 40));
        for (int from : new int[] {512, 1024}) {
            byte[] lost = whole.clone();
            Arrays.fill(lost, from, from + 512, (byte) 0);
            RedoLap lap = RedoLap.read(lost, DIRECTORY);
            assertThat(lap.lap()).isEqualTo(6);
            assertThat(lap.isDamaged()).as("from %s", from).isTrue();
            assertThat(lap.reliableEntries())
                    .as("what is lost may have voided all before it")
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.frame()).isEqualTo(2));
        }
    }
}
