package io.flotilla.log.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real disk, through the JDK's file channels. */
public final class JdkFileSystem implements FileSystem {
    private static final Logger LOG = LoggerFactory.getLogger(JdkFileSystem.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path NOWHERE = Path.of("/dev/null");
    /** Reading from memory is faster than this, in bytes per nanosecond, and begins within {@link #MOST_NANOS_TO_BEGIN}. */
    private static final double LEAST_SPEED_OF_MEMORY = 0.5;

    private static final long MOST_NANOS_TO_BEGIN = 500_000;

    /** Time between two reports that no more files can be opened. */
    private static final long REPORT_NANOS = 10_000_000_000L;

    private final AtomicLong reportedNanos = new AtomicLong(System.nanoTime() - REPORT_NANOS);

    /** Where bytes go that are only to be in the system's memory; null where there is no such place. */
    private final FileChannel nowhere = openNowhere();

    private static FileChannel openNowhere() {
        try {
            return FileChannel.open(NOWHERE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public FileHandle open(Path file, Access access) throws IOException {
        return new Handle(
                file,
                switch (access) {
                    case READ, READ_SHARED -> channel(file, StandardOpenOption.READ);
                    case WRITE ->
                        channel(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                });
    }

    private FileChannel channel(Path file, OpenOption... options) throws IOException {
        try {
            return FileChannel.open(file, options);
        } catch (FileSystemException e) {
            throw translated(file, e);
        }
    }

    /** The JDK tells a shortage only by the system's message, for ENOSPC and EDQUOT, EMFILE and ENFILE. */
    private IOException translated(Path file, IOException e) {
        String reason = String.valueOf(e instanceof FileSystemException named ? named.getReason() : e.getMessage());
        if (reason.contains("No space left") || reason.contains("quota exceeded")) {
            return new NoSpaceException("Disk full writing " + file, e);
        }
        if (reason.contains("Too many open files")) {
            TooManyOpenFilesException tooMany = new TooManyOpenFilesException(file, e);
            report(tooMany);
            return tooMany;
        }
        return e;
    }

    /** Every read, and every log that is being opened, may meet with it: the people are told here, once in a while. */
    private void report(TooManyOpenFilesException e) {
        long now = System.nanoTime();
        long last = reportedNanos.get();
        if (now - last >= REPORT_NANOS && reportedNanos.compareAndSet(last, now)) {
            LOG.error("{}. Nothing is lost; what needs it is done once there are fewer", e.getMessage());
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (FileSystemException e) {
            throw translated(directory, e);
        }
    }

    @Override
    public boolean exists(Path path) throws IOException {
        try {
            Files.readAttributes(path, BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (FileSystemException e) {
            Path parent = path.getParent();
            if (parent != null && Files.isRegularFile(parent)) {
                // Nothing is in a file.
                return false;
            }
            throw e;
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = channel(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long freeSpace(Path path) throws IOException {
        return known(path, path.toFile().getUsableSpace());
    }

    @Override
    public long totalSpace(Path path) throws IOException {
        return known(path, path.toFile().getTotalSpace());
    }

    /**
     * What a disk has, asked in the old way: for a {@link java.nio.file.FileStore} the JDK opens the system's list of mounts, and
     * says something else than the truth where no more files can be opened. The old way says 0 where it cannot tell.
     */
    private static long known(Path path, long bytes) throws IOException {
        if (bytes == 0) {
            Files.readAttributes(path, BasicFileAttributes.class);
        }
        return bytes;
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        FileChannel channel = channel(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new IOException("Locked by this process: " + file, e);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new IOException("Locked by another process: " + file);
        }
        return channel;
    }

    private final class Handle implements FileHandle {
        private final Path file;
        private final FileChannel channel;
        /** The length shrank since the last sync: fdatasync may leave that out, fsync does not. */
        private boolean shrunk;

        Handle(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int start = target.position();
            while (target.hasRemaining()) {
                if (channel.read(target, position + target.position() - start) < 0) {
                    break;
                }
            }
            return target.position() - start;
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) throws IOException {
            try {
                channel.position(position);
                for (int next = 0; next < count; ) {
                    if (!sources[next].hasRemaining()) {
                        next++;
                    } else {
                        channel.write(sources, next, count - next);
                    }
                }
            } catch (IOException e) {
                throw translated(file, e);
            }
        }

        @Override
        public boolean prefetch(long position, long count) throws IOException {
            if (nowhere == null) {
                return false;
            }
            long began = System.nanoTime();
            long done = 0;
            while (done < count) {
                // Linux passes the pages on without copying them: it has to have them, and that is all.
                long passed = channel.transferTo(position + done, count - done, nowhere);
                if (passed <= 0) {
                    break;
                }
                done += passed;
            }
            return System.nanoTime() - began > MOST_NANOS_TO_BEGIN + done / LEAST_SPEED_OF_MEMORY;
        }

        @Override
        public FileChannel channel() {
            return channel;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
            shrunk = true;
        }

        @Override
        public void sync() throws IOException {
            // Also for want of space: what a failed sync has lost does not come back with the space.
            channel.force(shrunk);
            shrunk = false;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
