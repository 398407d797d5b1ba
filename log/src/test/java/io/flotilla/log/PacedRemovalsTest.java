package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PacedRemovalsTest {
    private static final Path ROOT = Path.of("/data");

    private final MemoryFileSystem disk = new MemoryFileSystem();
    private final Tasks tasks = new Tasks();
    private final PacedRemovals removals = new PacedRemovals(disk, tasks.background);
    private int deleted;

    private void add(int number, int files) throws IOException {
        Path directory = ROOT.resolve("t-" + number + "-delete");
        disk.createDirectories(directory);
        for (int i = 0; i < files; i++) {
            SmallFiles.write(disk, directory.resolve(i + ".log"), ByteBuffer.allocate(1));
        }
        removals.add(directory);
    }

    @Test
    void removesFewAtOnceAndTheRestBitByBit() throws IOException {
        for (int i = 0; i < 10; i++) {
            add(i, 299);
        }
        disk.setFaults((operation, path) -> {
            if (operation == MemoryFileSystem.Operation.DELETE) {
                deleted++;
            }
        });
        tasks.runAll();
        assertThat(deleted).isEqualTo(PacedRemovals.MOST_FILES);
        removals.tick();
        assertThat(deleted).isEqualTo(2 * PacedRemovals.MOST_FILES);
        removals.tick();
        assertThat(deleted).isEqualTo(3_000);
        assertThat(disk.list(ROOT)).isEmpty();
        removals.tick();
        add(11, 3);
        tasks.runAll();
        assertThat(disk.list(ROOT)).isEmpty();
    }

    @Test
    void leavesWhatCannotBeRemovedAndGoesOn() throws IOException {
        add(1, 3);
        add(2, 3);
        disk.setFaults((operation, path) -> {
            if (operation == MemoryFileSystem.Operation.DELETE
                    && path.toString().contains("t-1-delete/1")) {
                throw new IOException("immutable");
            }
        });
        tasks.runAll();
        assertThat(disk.list(ROOT)).containsExactly("t-1-delete");
    }
}
