package io.flotilla.log;

import io.flotilla.log.flush.Flusher;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether a log directory is short of space, and tells people what to do; has what waits written as soon as that may be
 * possible again. {@link #isShort} is for any thread.
 */
final class SpaceWatch {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);

    /** A full disk is tried again with this much space. */
    private static final long RESUME_BYTES = 1 << 20;

    private final Path directory;
    private final Flusher flusher;
    private volatile boolean low;
    private volatile long free;

    SpaceWatch(Path directory, Flusher flusher) {
        this.directory = directory;
        this.flusher = flusher;
    }

    /** Takes notice of how many bytes are free. What waits for space is tried if there is some, what waits for files always. */
    void check(long freeBytes, long minFreeBytes) {
        look(freeBytes);
        if (flusher.isStalled() && (free >= RESUME_BYTES || !flusher.isFull())) {
            flusher.resume();
        }
        // Some more before it is enough again, so that it does not change with every segment.
        long wanted = low ? minFreeBytes + minFreeBytes / 8 : minFreeBytes;
        boolean now = free < wanted;
        if (now && !low) {
            LOG.warn(
                    "Log directory {} has only {} bytes left (log.dir.min.free.bytes is {}): new records are refused for the"
                            + " partitions led here, reads go on. Delete topics or records, lower retention.bytes or"
                            + " retention.ms, or make the disk larger; then all goes on by itself",
                    directory,
                    free,
                    minFreeBytes);
        } else if (!now && low) {
            LOG.info("Log directory {} has {} bytes left: new records are taken again", directory, free);
        }
        low = now;
    }

    /** Takes notice of how many bytes are free. */
    void look(long freeBytes) {
        free = freeBytes;
    }

    /** Bytes that were free when last looked. */
    long free() {
        return free;
    }

    boolean isShort() {
        return low || flusher.isStalled();
    }
}
