package io.flotilla.log.fs;

import java.nio.file.Path;
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
}
