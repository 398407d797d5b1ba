package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
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

    /** Nothing is left to be noted. */
    private final AtomicBoolean settled = new AtomicBoolean(true);

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
        settled.set(found.isEmpty() || last == LastStop.KILLED);
        LastStop.running(files, directory, found.isEmpty() ? LastStop.KILLED : last);
    }

    /** What the last stop may have done to a log is found and mended. */
    void recovered(LogId log) throws IOException {
        if (unrecovered.remove(log)) {
            noteRecovered();
        }
    }

    /**
     * Notes that all logs are recovered, once they are. Where a shortage is in the way, that is for the next call: the log that came
     * last is good, whatever the next start is told of the last stop.
     */
    void noteRecovered() throws IOException {
        if (unrecovered.isEmpty() && settled.compareAndSet(false, true)) {
            try {
                LastStop.running(files, directory, LastStop.KILLED);
            } catch (ShortageException e) {
                settled.set(false);
                LOG.info("That all logs in {} are recovered is noted later: {}", directory, e.getMessage());
            }
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
