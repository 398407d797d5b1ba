package io.flotilla.log.fs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkFileSystemTest extends FileSystemTest {
    @TempDir
    private Path temporary;

    @Override
    FileSystem fileSystem() {
        return new JdkFileSystem();
    }

    @Override
    Path root() {
        return temporary;
    }

    @Test
    void whatCannotBeReachedIsNotTakenForAbsent() throws IOException {
        Path loop = Files.createSymbolicLink(temporary.resolve("loop"), temporary.resolve("loop"));
        assertThatThrownBy(() -> fileSystem().exists(loop.resolve("file"))).isInstanceOf(IOException.class);
    }
}
