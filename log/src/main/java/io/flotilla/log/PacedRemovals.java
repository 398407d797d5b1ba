package io.flotilla.log;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the directories of deleted logs, a bounded number of files and bytes at a time: a file system that is told to free a
 * thousand partitions at once stalls those who wait for a sync. What is left when the process ends goes at the next start.
 * Thread-safe.
 */
final class PacedRemovals {
    private static final Logger LOG = LoggerFactory.getLogger(PacedRemovals.class);

    /** Most files, and bytes but for one file, removed between two calls of {@link #tick}. */
    static final int MOST_FILES = 1_000;

    private static final long MOST_BYTES = 8L << 30;

    private final FileSystem files;
    private final Executor blocking;
    private final ConcurrentLinkedQueue<Path> asked = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();

    // Touched by whoever has set the above.
    private int filesAllowed = MOST_FILES;
    private long bytesAllowed = MOST_BYTES;
    /** What is left of the directory at work. */
    private final Deque<Path> left = new ArrayDeque<>();

    private Path current;

    PacedRemovals(FileSystem files, Executor blocking) {
        this.files = files;
        this.blocking = blocking;
    }

    /** Has a directory removed, which nobody opens any more. Does not block. */
    void add(Path directory) {
        asked.add(directory);
        blocking.execute(() -> work(false));
    }

    /** Time has passed: more may be removed. To be called about every second; blocks. */
    void tick() {
        work(true);
    }

    private void work(boolean refill) {
        if (!running.compareAndSet(false, true)) {
            return;
        }
        try {
            if (refill) {
                filesAllowed = MOST_FILES;
                bytesAllowed = MOST_BYTES;
            }
            while (filesAllowed > 0 && bytesAllowed > 0 && next()) {
                filesAllowed--;
                bytesAllowed -= removeOne();
            }
        } finally {
            running.set(false);
        }
    }

    /** Whether there is something to remove; finds its files first. */
    private boolean next() {
        while (current == null) {
            current = asked.poll();
            if (current == null) {
                return false;
            }
            try {
                for (String name : files.list(current)) {
                    left.add(current.resolve(name));
                }
            } catch (ShortageException e) {
                asked.add(current);
                current = null;
                return false;
            } catch (IOException e) {
                giveUp(e);
            }
        }
        return true;
    }

    /** Removes one file, or the directory once it is empty; tells how many bytes that freed. */
    private long removeOne() {
        Path file = left.poll();
        try {
            if (file == null) {
                files.delete(current);
                current = null;
                return 0;
            }
            long size = size(file);
            files.delete(file);
            return size;
        } catch (IOException e) {
            giveUp(e);
            return 0;
        }
    }

    private long size(Path file) throws IOException {
        try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
            return handle.size();
        } catch (NoSuchFileException | ShortageException e) {
            // It may well be removed without being opened.
            return 0;
        }
    }

    private void giveUp(IOException e) {
        LOG.warn("{} is left until the next start: {}", current, e.toString());
        left.clear();
        current = null;
    }
}
