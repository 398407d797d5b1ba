package io.flotilla.log.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.Seeds;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MemoryFileSystemTest extends FileSystemTest {
    private static final Path ROOT = Path.of("/memory");
    private static final Path FILE = ROOT.resolve("file");

    @Override
    FileSystem fileSystem() {
        return new MemoryFileSystem();
    }

    @Override
    Path root() {
        return ROOT;
    }

    /** What a scenario leaves after a power loss, over many seeds. */
    private interface Scenario {
        void run(MemoryFileSystem disk) throws IOException;
    }

    private static Set<String> outcomes(Scenario scenario) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < 200; seed++) {
            MemoryFileSystem disk = new MemoryFileSystem();
            SmallFiles.createDirectories(disk, ROOT);
            scenario.run(disk);
            disk.powerLoss(Seeds.random(seed));
            outcomes.add(
                    disk.exists(FILE) ? "'" + SmallFiles.readText(disk, FILE).strip() + "'" : "absent");
        }
        return outcomes;
    }

    private static void write(MemoryFileSystem disk, String text, boolean sync) throws IOException {
        try (FileHandle handle = disk.open(FILE, FileSystem.Access.WRITE)) {
            handle.write(new ByteBuffer[] {ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))}, 1, 0);
            if (sync) {
                handle.sync();
            }
        }
    }

    @Test
    void keepsWhatWasSynced() throws IOException {
        assertThat(outcomes(disk -> {
                    write(disk, "abc", true);
                    disk.syncDirectory(ROOT);
                }))
                .containsExactly("'abc'");
    }

    @Test
    void mayLoseANameThatWasNotSynced() throws IOException {
        assertThat(outcomes(disk -> write(disk, "abc", true))).containsExactly("'abc'", "absent");
    }

    @Test
    void mayLoseBytesThatWereNotSynced() throws IOException {
        assertThat(outcomes(disk -> {
                    write(disk, "abc", true);
                    disk.syncDirectory(ROOT);
                    write(disk, "xyz", false);
                }))
                .containsExactly("'abc'", "'xyz'");
    }

    @Test
    void aRenameHappensWholeOrNotAtAll() throws IOException {
        assertThat(outcomes(disk -> {
                    write(disk, "abc", true);
                    disk.syncDirectory(ROOT);
                    SmallFiles.write(disk, ROOT.resolve("new"), ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
                    disk.syncDirectory(ROOT);
                    disk.rename(ROOT.resolve("new"), FILE);
                }))
                .containsExactly("'abc'", "'new'");
    }

    @Test
    void tearsALongWriteInTheMiddle() throws IOException {
        Set<String> outcomes = outcomes(disk -> {
            write(disk, "a".repeat(3 * 512), true);
            disk.syncDirectory(ROOT);
            write(disk, "b".repeat(3 * 512), false);
        });
        assertThat(outcomes)
                .hasSizeGreaterThan(4)
                .contains("'" + "a".repeat(512) + "b".repeat(512) + "a".repeat(512) + "'");
    }

    @Test
    void bytesOfAFailedSyncAreNeverWrittenThoughTheyCanBeRead() throws IOException {
        assertThat(outcomes(disk -> {
                    write(disk, "abc", true);
                    disk.syncDirectory(ROOT);
                    try (FileHandle handle = disk.open(FILE, FileSystem.Access.WRITE)) {
                        handle.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {'x'})}, 1, 0);
                        disk.setFaults(MemoryFileSystemTest::failSync);
                        assertThatThrownBy(handle::sync).isInstanceOf(IOException.class);
                        disk.setFaults((operation, path) -> {});
                        handle.sync();
                    }
                    assertThat(SmallFiles.readText(disk, FILE)).isEqualTo("xbc");
                }))
                .containsExactly("'abc'");
    }

    private static void failSync(Operation operation, Path path) throws IOException {
        if (operation == Operation.SYNC) {
            throw new IOException("broken");
        }
    }

    @Test
    void fillsUp() throws IOException {
        MemoryFileSystem disk = new MemoryFileSystem();
        SmallFiles.createDirectories(disk, ROOT);
        disk.setCapacity(4);
        write(disk, "abc", true);
        assertThat(disk.freeSpace(ROOT)).isEqualTo(1);
        assertThatThrownBy(() -> write(disk, "abcde", true)).isInstanceOf(NoSpaceException.class);
        write(disk, "abcd", true);
    }

    @Test
    void aKilledProcessLosesItsHandlesAndLocksOnly() throws IOException {
        MemoryFileSystem disk = new MemoryFileSystem();
        SmallFiles.createDirectories(disk, ROOT);
        disk.lock(ROOT.resolve("lock"));
        FileHandle handle = disk.open(FILE, FileSystem.Access.WRITE);
        handle.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {'x'})}, 1, 0);
        disk.killProcess();
        assertThatThrownBy(handle::sync).isInstanceOf(IOException.class);
        disk.lock(ROOT.resolve("lock"));
        assertThat(SmallFiles.readText(disk, FILE)).isEqualTo("x");
    }
}
