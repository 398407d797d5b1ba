package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.state.PartitionMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which logs lie in a log directory; what a crash left half done is finished or undone when it is made. Thread-safe. */
final class LogInventory {
    private static final Logger LOG = LoggerFactory.getLogger(LogInventory.class);

    private final FileSystem files;
    private final Map<String, LogId> logs = new ConcurrentSkipListMap<>();

    /** Looks through a directory. Blocks. */
    LogInventory(FileSystem files, Path path, PacedRemovals removals) throws IOException {
        this.files = files;
        for (String name : files.list(path)) {
            Path entry = path.resolve(name);
            if (name.endsWith(LogFiles.INSTALL)) {
                LogFiles.finishInstall(files, path, name);
            } else if (name.endsWith(LogFiles.CREATE) || name.endsWith(LogFiles.FUTURE)) {
                // A log that is moving is still where it was; whoever goes on moving it copies it anew.
                SmallFiles.deleteDirectory(files, entry);
            } else if (name.endsWith(LogFiles.DELETE)) {
                removals.add(entry);
            }
        }
        for (String name : files.list(path)) {
            Path entry = path.resolve(name);
            if (!isOnItsWay(name) && files.exists(entry.resolve(PartitionMetadata.FILE))) {
                note(name, entry);
            }
        }
    }

    private static boolean isOnItsWay(String name) {
        return name.endsWith(LogFiles.STRAY) || name.endsWith(LogFiles.DELETE);
    }

    private void note(String name, Path entry) throws IOException {
        try {
            LogId id = PartitionMetadata.read(files, entry);
            if (id.directoryName().equals(name)) {
                logs.put(name, id);
                return;
            }
            LOG.warn("{} says that it belongs to {}: left alone", entry, id);
        } catch (ShortageException e) {
            // Nothing is known of the log, so the directory must not be used as if it were not there.
            throw e;
        } catch (IOException e) {
            LOG.warn("{} is left alone: {}", entry, e.getMessage());
        }
    }

    /** The logs that are here, by name. */
    List<LogId> logs() {
        return List.copyOf(logs.values());
    }

    boolean contains(LogId id) {
        return id.equals(logs.get(id.directoryName()));
    }

    void add(LogId id) {
        logs.put(id.directoryName(), id);
    }

    void remove(LogId id) {
        logs.remove(id.directoryName(), id);
    }
}
