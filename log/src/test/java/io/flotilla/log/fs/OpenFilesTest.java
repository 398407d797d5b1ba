package io.flotilla.log.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Is a disk like any other, and keeps few files open. */
class OpenFilesTest extends FileSystemTest {
    private static final Path DIRECTORY = Path.of("/d");

    private final CountingFiles disk = new CountingFiles(new MemoryFileSystem());
    private final OpenFiles files = new OpenFiles(disk, 2);

    @Override
    FileSystem fileSystem() {
        return files;
    }

    @Override
    Path root() {
        return Path.of("/root");
    }

    @BeforeEach
    void create() throws IOException {
        files.createDirectories(DIRECTORY);
        for (String name : new String[] {"a", "b", "c"}) {
            write(name, name);
        }
        disk.opened.clear();
    }

    private static Path path(String name) {
        return DIRECTORY.resolve(name);
    }

    private void write(String name, String content) throws IOException {
        SmallFiles.write(disk, path(name), ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
    }

    private FileHandle open(String name) throws IOException {
        return files.open(path(name), FileSystem.Access.READ_SHARED);
    }

    private static String content(FileHandle handle) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(10);
        int length = handle.read(target, 0);
        return new String(target.array(), 0, length, StandardCharsets.US_ASCII);
    }

    private String read(String name) throws IOException {
        try (FileHandle handle = open(name)) {
            return content(handle);
        }
    }

    @Test
    void aFileStaysOpenForTheNextReader() throws IOException {
        assertThat(read("a")).isEqualTo("a");
        assertThat(read("a")).isEqualTo("a");
        assertThat(disk.openedNames()).containsExactly("a");
        assertThat(disk.open).isOne();
    }

    @Test
    void pastTheLimitTheOneUsedLongestAgoIsClosed() throws IOException {
        read("a");
        read("b");
        read("a");
        read("c");
        assertThat(disk.open).isEqualTo(2);
        read("a");
        assertThat(disk.openedNames()).containsExactly("a", "b", "c");
        read("b");
        assertThat(disk.openedNames()).containsExactly("a", "b", "c", "b");
        assertThat(disk.mostOpen).isLessThanOrEqualTo(3);
    }

    @Test
    void aFileInUseIsClosedByItsLastUser() throws IOException {
        FileHandle one = open("a");
        FileHandle other = open("a");
        read("b");
        read("c");
        assertThat(disk.open).isEqualTo(3);
        assertThat(content(one)).isEqualTo("a");
        one.close();
        one.close();
        assertThat(content(other)).isEqualTo("a");
        other.close();
        assertThat(disk.open).isEqualTo(2);
    }

    @Test
    void aNameThatMeansAnotherFileIsOpenedAnew() throws IOException {
        FileHandle before = open("a");
        read("b");
        files.rename(path("b"), path("a"));
        assertThat(read("a")).isEqualTo("b");
        assertThat(content(before)).isEqualTo("a");
        assertThatThrownBy(() -> open("b")).isInstanceOf(NoSuchFileException.class);
        before.close();
        assertThat(disk.open).isOne();
    }

    @Test
    void aRemovedFileIsClosedAndGone() throws IOException {
        read("a");
        files.delete(path("a"));
        assertThat(disk.open).isZero();
        assertThatThrownBy(() -> open("a")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void theFilesOfARenamedDirectoryAreOpenedAnew() throws IOException {
        read("a");
        files.rename(DIRECTORY, Path.of("/e"));
        assertThat(disk.open).isZero();
        assertThatThrownBy(() -> open("a")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileThatLosesItsNameWhileItIsOpenedIsNotKept() throws IOException {
        disk.afterOpen = () -> {
            disk.afterOpen = () -> {};
            try {
                files.rename(path("b"), path("a"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        assertThat(read("a")).isEqualTo("a");
        assertThat(disk.open).isZero();
        assertThat(read("a")).isEqualTo("b");
    }

    @Test
    void closingClosesWhatIsKeptAndThenWhatIsInUse() throws IOException {
        read("a");
        FileHandle used = open("b");
        files.close();
        assertThat(disk.open).isOne();
        assertThat(content(used)).isEqualTo("b");
        used.close();
        read("c");
        assertThat(disk.open).isZero();
    }

    @Test
    void whatIsReadOnceIsNotKept() throws IOException {
        SmallFiles.read(files, path("a"));
        assertThat(disk.open).isZero();
    }
}
