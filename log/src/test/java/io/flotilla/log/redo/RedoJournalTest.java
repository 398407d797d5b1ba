package io.flotilla.log.redo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two files take turns, and neither is begun anew before what it holds is in the segments. */
class RedoJournalTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final UUID ID = new UUID(1, 2);
    /** Room for the beginning of a lap and three frames of one sector. */
    private static final int LAP = 2048;

    private final MemoryFileSystem disk = new MemoryFileSystem();
    private final List<Log> asked = new ArrayList<>();
    private RedoJournal journal;

    /** Owes a sync until the test settles it. */
    private final class Log implements Debtor {
        private final GroupId group;

        Log(int partition) {
            group = new GroupId(new UUID(3, 4), partition);
        }

        @Override
        public GroupId group() {
            return group;
        }

        @Override
        public void settle() {
            asked.add(this);
        }
    }

    @BeforeEach
    void open() throws IOException {
        disk.createDirectories(DIRECTORY);
        disk.syncDirectory(Path.of("/"));
        journal = new RedoJournal(disk, DIRECTORY, ID, RedoLap.NONE);
        journal.setBytes(2 * LAP);
    }

    /** Commits a frame of a log; false if there is no room. */
    private boolean commit(Log log) throws IOException {
        if (!journal.hasRoomFor(100, 1)) {
            return false;
        }
        RedoFrame frame = new RedoFrame();
        frame.clear();
        frame.add(log.group(), 0, 0, new ByteBuffer[] {ByteBuffer.allocate(100)}, 1);
        journal.commit(frame, List.of(log));
        return true;
    }

    private RedoLap lap(int number) throws IOException {
        return RedoLap.read(SmallFiles.read(disk, RedoJournal.file(DIRECTORY, number)), ID);
    }

    @Test
    void aFileIsNotBegunAnewBeforeItsLogsHaveSettled() throws IOException {
        Log first = new Log(1);
        Log second = new Log(2);
        for (int i = 0; i < 3; i++) {
            assertThat(commit(first)).isTrue();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(commit(second)).isTrue();
        }
        assertThat(asked).containsExactly(first);
        assertThat(commit(second)).as("a file for the third lap").isFalse();
        assertThat(lap(0).entries()).hasSize(3);
        journal.settled(first);
        assertThat(commit(second)).isTrue();
        assertThat(lap(0).lap()).isEqualTo(2);
        assertThat(lap(0).entries()).hasSize(1);
        assertThat(lap(1).entries()).hasSize(3);
    }

    @Test
    void aLogThatHasSettledByItselfIsNotAsked() throws IOException {
        Log log = new Log(1);
        for (int i = 0; i < 3; i++) {
            commit(log);
        }
        journal.settled(log);
        for (int i = 0; i < 6; i++) {
            assertThat(commit(new Log(9))).as("frame %s", i).isTrue();
        }
        assertThat(asked).doesNotContain(log);
    }

    @Test
    void theFirstFrameAfterAStartMakesAllBeforeItVoid() throws IOException {
        for (int i = 0; i < 5; i++) {
            commit(new Log(i));
        }
        assertThat(List.of(lap(0).lap(), lap(1).lap())).containsExactly(0L, 1L);
        journal = new RedoJournal(disk, DIRECTORY, ID, 1);
        assertThat(List.of(lap(0).lap(), lap(1).lap()))
                .as("no lap after another")
                .containsExactly(0L, 3L);
        assertThat(lap(1).entries()).isEmpty();
    }

    @Test
    void oneSyncPerFrameOnceTheFileHasItsSize() throws IOException {
        Log log = new Log(1);
        for (int i = 0; i < 3; i++) {
            commit(log);
        }
        int[] syncs = {0};
        disk.setFaults((operation, path) -> syncs[0] += operation == Operation.SYNC ? 1 : 0);
        journal.setBytes(8 * LAP);
        commit(log);
        assertThat(syncs[0]).as("it grows").isEqualTo(2);
        commit(log);
        assertThat(syncs[0]).isEqualTo(3);
    }

    @Test
    void barsOnlyTheGroupsThatItHas() throws IOException {
        Log log = new Log(1);
        commit(log);
        journal.settled(log);
        journal.bar(new Log(2).group());
        assertThat(lap(0).entries()).hasSize(1);
        journal.bar(log.group());
        journal.bar(log.group());
        assertThat(lap(0).entries()).hasSize(2);
        assertThat(lap(0).entries().get(1).length()).isZero();
    }

    @Test
    void aBarFindsRoomInAFullJournal() throws IOException {
        Log log = new Log(1);
        while (commit(log)) {
            assertThat(asked.size()).isLessThan(100);
        }
        journal.bar(log.group());
        assertThat(lap(1).entries().get(lap(1).entries().size() - 1).length()).isZero();
    }

    @Test
    void whatALapHoldsIsBarredUntilTheNextOneInItsPlaceHasBegun() throws IOException {
        Log log = new Log(1);
        for (int i = 0; i < 3; i++) {
            commit(log);
        }
        for (int i = 0; i < 3; i++) {
            commit(new Log(2));
        }
        journal.settled(log);
        assertThat(journal.hasRoomFor(100, 1)).as("by beginning the third lap").isTrue();
        journal.bar(log.group());
        assertThat(lap(0).lap()).as("the first is not there any more").isEqualTo(2);
        assertThat(lap(0).frames()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void isNotUsedWithoutRoomForIt() throws IOException {
        journal.setBytes(0);
        assertThat(commit(new Log(1))).isFalse();
        assertThat(disk.list(DIRECTORY)).isEmpty();
    }

    @Test
    void aFullDiskIsAShortageAndLeavesItAsItWas() throws IOException {
        commit(new Log(1));
        disk.setFaults((operation, path) -> {
            if (operation == Operation.WRITE) {
                throw new NoSpaceException("full", null);
            }
        });
        assertThatThrownBy(() -> commit(new Log(2))).isInstanceOf(NoSpaceException.class);
        disk.setFaults((operation, path) -> {});
        commit(new Log(3));
        assertThat(lap(0).entries()).hasSize(2);
        assertThat(lap(0).isDamaged()).isFalse();
    }
}
