package io.flotilla.log.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every disk must do; run on the real one and on the one in memory. */
abstract class FileSystemTest {
    private FileSystem files;
    private Path directory;

    abstract FileSystem fileSystem();

    abstract Path root();

    @BeforeEach
    void createDirectory() throws IOException {
        files = fileSystem();
        directory = root().resolve("a/b");
        SmallFiles.createDirectories(files, directory);
    }

    private static ByteBuffer[] bytes(String... parts) {
        ByteBuffer[] buffers = new ByteBuffer[parts.length + 1];
        for (int i = 0; i < parts.length; i++) {
            buffers[i] = ByteBuffer.wrap(parts[i].getBytes(StandardCharsets.US_ASCII));
        }
        return buffers;
    }

    private Path write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        SmallFiles.write(files, file, bytes(content)[0]);
        return file;
    }

    @Test
    void writesSeveralBuffersAtAPositionAndReadsAnyPart() throws IOException {
        try (FileHandle handle = files.open(directory.resolve("f"), FileSystem.Access.WRITE)) {
            handle.write(bytes("abc", "", "defg"), 3, 0);
            handle.write(bytes("XY"), 1, 2);
            assertThat(handle.size()).isEqualTo(7);
            ByteBuffer target = ByteBuffer.allocate(10);
            assertThat(handle.read(target, 1)).isEqualTo(6);
            assertThat(new String(target.array(), 0, 6, StandardCharsets.US_ASCII))
                    .isEqualTo("bXYefg");
            assertThat(handle.read(ByteBuffer.allocate(1), 7)).isZero();
        }
    }

    @Test
    void truncatesAndGrowsAgainWithoutOldBytes() throws IOException {
        Path file = write("f", "abcdef");
        try (FileHandle handle = files.open(file, FileSystem.Access.WRITE)) {
            handle.truncate(2);
            handle.sync();
            handle.write(bytes("z"), 1, 4);
        }
        assertThat(SmallFiles.read(files, file)).containsExactly('a', 'b', 0, 0, 'z');
    }

    @Test
    void readsOnlyWhatExists() throws IOException {
        Path absent = directory.resolve("absent");
        assertThat(files.exists(absent)).isFalse();
        assertThatThrownBy(() -> files.open(absent, FileSystem.Access.READ)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files.open(absent.resolve("f"), FileSystem.Access.WRITE))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void nothingIsInAFile() throws IOException {
        assertThat(files.exists(write("f", "abc").resolve("g"))).isFalse();
    }

    @Test
    void listsNamesInOrder() throws IOException {
        write("b", "1");
        write("a", "2");
        files.createDirectories(directory.resolve("c/d"));
        assertThat(files.list(directory)).containsExactly("a", "b", "c");
    }

    @Test
    void renamesFilesOverFilesAndDirectoriesWithAllInThem() throws IOException {
        Path from = write("from", "new");
        Path to = write("to", "old");
        files.rename(from, to);
        assertThat(files.exists(from)).isFalse();
        assertThat(SmallFiles.readText(files, to)).isEqualTo("new");
        Path moved = directory.resolveSibling("moved");
        files.rename(directory, moved);
        assertThat(SmallFiles.readText(files, moved.resolve("to"))).isEqualTo("new");
        assertThat(files.exists(directory)).isFalse();
    }

    @Test
    void anOpenFileSurvivesItsRenamingAndRemoval() throws IOException {
        Path file = write("f", "abc");
        try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
            files.rename(file, directory.resolve("g"));
            files.delete(directory.resolve("g"));
            assertThat(handle.size()).isEqualTo(3);
            assertThat(handle.read(ByteBuffer.allocate(3), 0)).isEqualTo(3);
        }
    }

    @Test
    void deletesFilesAndEmptyDirectoriesOnly() throws IOException {
        Path file = write("f", "abc");
        assertThatThrownBy(() -> files.delete(directory)).isInstanceOf(DirectoryNotEmptyException.class);
        files.delete(file);
        files.delete(file);
        files.delete(directory);
        assertThat(files.exists(directory)).isFalse();
    }

    @Test
    void aLockHasOneHolder() throws IOException {
        Path lock = directory.resolve(".lock");
        try (Closeable held = files.lock(lock)) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> files.lock(lock)).isInstanceOf(IOException.class);
        }
        files.lock(lock).close();
    }

    @Test
    void knowsFreeSpace() throws IOException {
        assertThat(files.freeSpace(directory)).isPositive();
    }
}
