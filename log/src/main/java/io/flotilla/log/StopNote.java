package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.state.LastStop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a log directory's {@link LastStop}. What a power loss may have done stays in mind until all logs have been recovered
 * from it, also if the process dies before. Blocking; thread-safe.
 */
final class StopNote {
    private static final Logger LOG = LoggerFactory.getLogger(StopNote.class);

    private final FileSystem files;
    private final Path directory;
    private final LastStop last;

    /** Logs that were there at the start and have not been opened yet. */
    private final Set<LogId> unrecovered = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean settled = new AtomicBoolean();

    /** Reads what the last process left. */
    StopNote(FileSystem files, Path directory) throws IOException {
        this.files = files;
        this.directory = directory;
        this.last = LastStop.read(files, directory);
    }

    /** How the last process ended. */
    LastStop last() {
        return last;
    }

    /** This process has the directory open, in which these logs are. */
    void running(Collection<LogId> found) throws IOException {
        unrecovered.addAll(found);
        LastStop.running(files, directory, found.isEmpty() ? LastStop.KILLED : last);
    }

    /** What the last stop may have done to a log is found and mended. */
    void recovered(LogId log) throws IOException {
        boolean lastOne = unrecovered.remove(log) && unrecovered.isEmpty();
        if (lastOne && last != LastStop.KILLED && settled.compareAndSet(false, true)) {
            LastStop.running(files, directory, LastStop.KILLED);
        }
    }

    /** A write or sync failed. */
    void failed() {
        try {
            LastStop.failed(files, directory);
        } catch (IOException e) {
            LOG.warn("{} cannot be marked as failed: {}", directory, e.toString());
        }
    }

    /** All is written and synced. */
    void clean() {
        if (!unrecovered.isEmpty()) {
            return;
        }
        try {
            LastStop.clean(files, directory);
        } catch (IOException e) {
            LOG.warn("{} cannot be marked as closed in good order: {}", directory, e.toString());
        }
    }
}
