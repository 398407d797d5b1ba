package io.flotilla.log.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk that tells what is open, opened and read ahead on it, and can be slow to read from. */
public final class CountingFiles implements FileSystem {
    private final FileSystem files;
    /** What was opened for reading, in order. */
    public final List<Path> opened = new ArrayList<>();
    /** Position and length of what was read ahead, in order. */
    public final List<List<Long>> prefetched = new ArrayList<>();
    /** Handles open at present, and the most there ever were. */
    public int open;

    public int mostOpen;
    /** Whether reads have to wait for the disk. */
    public boolean cold;
    /** Done after a file was opened, before the caller has it. */
    public Runnable afterOpen = () -> {};

    public CountingFiles(FileSystem files) {
        this.files = files;
    }

    @Override
    public FileHandle open(Path file, Access access) throws IOException {
        FileHandle handle = files.open(file, access);
        open++;
        mostOpen = Math.max(mostOpen, open);
        if (access != Access.WRITE) {
            opened.add(file);
        }
        afterOpen.run();
        return new Counted(handle);
    }

    /** Names of the files opened for reading, in order. */
    public List<String> openedNames() {
        return opened.stream().map(path -> path.getFileName().toString()).toList();
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
        files.syncDirectory(directory);
    }

    @Override
    public long freeSpace(Path path) throws IOException {
        return files.freeSpace(path);
    }

    @Override
    public String bootId() {
        return files.bootId();
    }

    @Override
    public long totalSpace(Path path) throws IOException {
        return files.totalSpace(path);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return files.lock(file);
    }

    private final class Counted implements FileHandle {
        private final FileHandle handle;
        private boolean closed;

        Counted(FileHandle handle) {
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
        public boolean prefetch(long position, long count) throws IOException {
            prefetched.add(List.of(position, count));
            return cold | handle.prefetch(position, count);
        }

        @Override
        public FileChannel channel() {
            return handle.channel();
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
            handle.sync();
        }

        @Override
        public void close() throws IOException {
            open -= closed ? 0 : 1;
            closed = true;
            handle.close();
        }
    }
}
