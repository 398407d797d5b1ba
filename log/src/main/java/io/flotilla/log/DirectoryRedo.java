package io.flotilla.log;

import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.maintain.RedoReplay;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.redo.RedoLap;
import io.flotilla.log.state.LastStop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The redo journal of a log directory, from what the last process left in it to its end. Blocking; not thread-safe. */
final class DirectoryRedo {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryRedo.class);

    private final FileSystem files;
    private final Path path;
    private final Flusher flusher;
    private volatile long bytes = RedoJournal.DEFAULT_BYTES;
    private long newestLap = RedoLap.NONE;

    DirectoryRedo(FileSystem files, Path path, Flusher flusher) {
        this.files = files;
        this.path = path;
        this.flusher = flusher;
    }

    /**
     * Writes to the segments of logs again what may be in the journal only.
     *
     * @param id the directory's
     * @param logs what is there
     * @return the logs that may lack what had been durable
     */
    List<LogId> replay(UUID id, Collection<LogId> logs, LastStop lastStop) throws IOException {
        Map<GroupId, Path> directories = new HashMap<>();
        logs.forEach(log -> directories.put(log.group(), path.resolve(log.directoryName())));
        RedoReplay.Result result = RedoReplay.run(files, path, id, directories);
        newestLap = result.newestLap();
        if (!lastStop.mayHaveLostSectors()) {
            // What was written is there, whatever the journal says.
            return List.of();
        }
        if (result.segments() > 0) {
            LOG.info("{} segments in {} were completed from the redo journal", result.segments(), path);
        }
        return result.damaged()
                ? List.copyOf(logs)
                : logs.stream()
                        .filter(log -> result.incomplete().contains(log.group()))
                        .toList();
    }

    /** Begins the journal anew: nothing that was replayed will be again. */
    void begin(UUID id) throws IOException {
        RedoJournal journal = new RedoJournal(files, path, id, newestLap);
        journal.setBytes(bytes);
        flusher.use(journal);
    }

    /** Sets how much of the disk the journal may take, in bytes; 0: it is not used. */
    void setBytes(long most) {
        bytes = most;
        if (flusher.redo() != null) {
            flusher.redo().setBytes(most);
        }
    }

    /** Closes its files, when no log is open any more. */
    void close() {
        if (flusher.redo() != null) {
            try {
                flusher.redo().close();
            } catch (IOException e) {
                LOG.warn("The redo journal of {} could not be closed: {}", path, e.toString());
            }
        }
    }
}
