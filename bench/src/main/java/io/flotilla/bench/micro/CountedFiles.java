package io.flotilla.bench.micro;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.redo.RedoJournal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A disk that counts what is asked of another one. It may keep the records of logs to itself, so that measuring appends takes
 * no memory: then nothing can be read back. Thread-safe if the other one is.
 */
public final class CountedFiles implements FileSystem {
    private static final String LOG = ".log";

    private final FileSystem files;
    private final boolean discardRecords;
    private final AtomicLong bytesWritten = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();

    /** @param discardRecords whether what is written to segments and the redo journal is counted and forgotten */
    public CountedFiles(FileSystem files, boolean discardRecords) {
        this.files = files;
        this.discardRecords = discardRecords;
    }

    /** Bytes of all files, whatever they are for. */
    public long bytesWritten() {
        return bytesWritten.get();
    }

    public long writes() {
        return writes.get();
    }

    /** Of files; those of directories, where names have changed, are not among them. */
    public long syncs() {
        return syncs.get();
    }

    /** Counts from 0 again. */
    public void reset() {
        bytesWritten.set(0);
        writes.set(0);
        syncs.set(0);
    }

    @Override
    public FileHandle open(Path file, Access access) throws IOException {
        FileHandle handle = files.open(file, access);
        String name = file.getFileName().toString();
        boolean hasRecords = name.endsWith(LOG) || RedoJournal.isFile(name);
        boolean discard = discardRecords && access == Access.WRITE && hasRecords;
        return new Handle(handle, discard);
    }

    private final class Handle implements FileHandle {
        private final FileHandle handle;
        private final boolean discard;
        private long discarded;

        Handle(FileHandle handle, boolean discard) {
            this.handle = handle;
            this.discard = discard;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return handle.read(target, position);
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) throws IOException {
            long bytes = 0;
            for (int i = 0; i < count; i++) {
                bytes += sources[i].remaining();
            }
            writes.incrementAndGet();
            bytesWritten.addAndGet(bytes);
            if (discard) {
                discarded = Math.max(discarded, position + bytes);
                for (int i = 0; i < count; i++) {
                    sources[i].position(sources[i].limit());
                }
            } else {
                handle.write(sources, count, position);
            }
        }

        @Override
        public boolean prefetch(long position, long count) throws IOException {
            return handle.prefetch(position, count);
        }

        @Override
        public FileChannel channel() {
            return handle.channel();
        }

        @Override
        public long size() throws IOException {
            return Math.max(discarded, handle.size());
        }

        @Override
        public void truncate(long size) throws IOException {
            if (discard) {
                discarded = Math.min(discarded, size);
            } else {
                handle.truncate(size);
            }
        }

        @Override
        public void sync() throws IOException {
            syncs.incrementAndGet();
            handle.sync();
        }

        @Override
        public void close() throws IOException {
            handle.close();
        }
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
}
