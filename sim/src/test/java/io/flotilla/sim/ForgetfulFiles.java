package io.flotilla.sim;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** A disk as a broker would use it that forgets some of the calls it should make. */
final class ForgetfulFiles implements FileSystem {
    private final FileSystem files;
    private final Predicate<Path> unsynced;
    private final boolean syncsDirectories;
    private final boolean believesFailures;

    /**
     * @param unsynced files that are not synced
     * @param believesFailures false: a sync that fails counts as done, as a second attempt would
     */
    ForgetfulFiles(FileSystem files, Predicate<Path> unsynced, boolean syncsDirectories, boolean believesFailures) {
        this.files = files;
        this.unsynced = unsynced;
        this.syncsDirectories = syncsDirectories;
        this.believesFailures = believesFailures;
    }

    @Override
    public FileHandle open(Path file, Access access) throws IOException {
        return new Handle(file, files.open(file, access));
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return files.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        files.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (syncsDirectories) {
            files.syncDirectory(directory);
        }
    }

    @Override
    public long freeSpace(Path path) throws IOException {
        return files.freeSpace(path);
    }

    @Override
    public long totalSpace(Path path) throws IOException {
        return files.totalSpace(path);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return files.lock(file);
    }

    @Override
    public String bootId() {
        return files.bootId();
    }

    private final class Handle implements FileHandle {
        private final Path path;
        private final FileHandle handle;

        Handle(Path path, FileHandle handle) {
            this.path = path;
            this.handle = handle;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return handle.read(target, position);
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) throws IOException {
            handle.write(sources, count, position);
        }

        @Override
        public long size() throws IOException {
            return handle.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            handle.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            if (unsynced.test(path)) {
                return;
            }
            try {
                handle.sync();
            } catch (IOException e) {
                if (believesFailures) {
                    throw e;
                }
            }
        }

        @Override
        public void close() throws IOException {
            handle.close();
        }
    }
}
