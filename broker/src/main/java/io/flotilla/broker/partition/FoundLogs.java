package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.log.LogMove;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.TooManyOpenFilesException;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.raft.core.HardState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what becomes of the logs that a broker finds on its disks when it starts, before any of them is opened: metadata says
 * which are wanted here, and since when the broker has had which directory. Used once; blocking.
 *
 * <p>A directory that was away may hold replicas that were made anew in another one meanwhile, and have voted and acknowledged
 * there. It must not come about that they vote twice, or that one broker has two logs of a partition. So where all directories
 * are here in which that can have happened, the copy counts that its group last took in; otherwise the replicas in the returned
 * directory remember nothing, until their groups have taken them in anew. What does not count is set aside.
 */
final class FoundLogs {
    private static final Logger LOG = LoggerFactory.getLogger(FoundLogs.class);

    private final int nodeId;
    private final LogDirectories directories;
    private final MetadataImage image;
    /** Directories that were away, with the record in which they had come when they were last used. */
    private final Map<LogDirectory, Long> returned = new LinkedHashMap<>();

    /** @param image newer than this broker's registration */
    FoundLogs(int nodeId, LogDirectories directories, MetadataImage image) {
        this.nodeId = nodeId;
        this.directories = directories;
        this.image = image;
    }

    /** @throws UncheckedIOException when it cannot be told now what becomes of them, because no files can be opened */
    void settle() {
        directories.working().forEach(this::noteIfReturned);
        directories.working().forEach(this::removeUnwanted);
        returned.forEach(this::forgetIfMuchIsHidden);
        Set<LogId> all = new LinkedHashSet<>();
        directories.working().forEach(directory -> all.addAll(directory.logs()));
        all.forEach(this::keepOneCopy);
        // Last: after a crash all this is looked at again.
        directories.working().forEach(this::noteRegistration);
    }

    private void noteIfReturned(LogDirectory directory) {
        try {
            OptionalLong noted = directory.notes().registered();
            if (noted.isPresent() && noted.getAsLong() != since(directory)) {
                LOG.warn("Log directory {} is back after this broker has been without it", directory.path());
                returned.put(directory, noted.getAsLong());
            }
        } catch (IOException e) {
            fail(directory, "since when it belongs to this broker cannot be read", e);
        }
    }

    private void noteRegistration(LogDirectory directory) {
        try {
            OptionalLong noted = directory.notes().registered();
            long since = since(directory);
            if (since >= 0 && (noted.isEmpty() || noted.getAsLong() != since)) {
                directory.notes().noteRegistered(since);
            }
        } catch (NoSpaceException e) {
            LOG.warn("Since when {} belongs to this broker cannot be noted: {}", directory.path(), e.getMessage());
            if (returned.containsKey(directory)) {
                fail(directory, "since when it belongs to this broker cannot be noted", e);
            }
        } catch (IOException e) {
            fail(directory, "since when it belongs to this broker cannot be noted", e);
        }
    }

    /** Whoever can open no files knows nothing of a directory, good or bad: then nothing is settled. */
    private static void fail(LogDirectory directory, String what, IOException cause) {
        if (cause instanceof TooManyOpenFilesException) {
            throw new UncheckedIOException(cause);
        }
        directory.fail(what, cause);
    }

    private long since(LogDirectory directory) {
        return image.directorySince(nodeId, id(directory));
    }

    private static UUID id(LogDirectory directory) {
        return directory.identity().directoryId();
    }

    private static boolean isMetadata(LogId log) {
        return log.topicId().equals(PartitionId.METADATA.topicId());
    }

    // ---- what metadata does not want here

    private void removeUnwanted(LogDirectory directory) {
        for (LogId found : directory.logs()) {
            TopicInfo topic = image.topic(found.topicId());
            if (isMetadata(found)) {
                continue;
            }
            if (topic == null && image.isDeleted(found.topicId())) {
                delete(directory, found, "its topic was deleted while this broker was away");
            } else if (topic == null || found.partition() >= topic.partitions()) {
                setAside(directory, found, "it is unknown to the cluster's metadata");
            } else if (!topic.assignments().get(found.partition()).isHostedBy(nodeId)) {
                delete(directory, found, "its partition lives on other brokers");
            }
        }
    }

    /** @throws UncheckedIOException when it is where it was, because no files can be opened */
    static void setAside(LogDirectory directory, LogId found, String why) {
        try {
            LOG.warn(
                    "{} in {}: {}; kept as {}",
                    found.directoryName(),
                    directory.path(),
                    why,
                    directory.setAside(found));
        } catch (IOException e) {
            fail(directory, found.directoryName() + " cannot be set aside", e);
        }
    }

    /** @throws UncheckedIOException when it is still there, because no files can be opened */
    static void delete(LogDirectory directory, LogId logId, String why) {
        try {
            directory.delete(logId);
            LOG.info("{} deleted: {}", logId.directoryName(), why);
        } catch (TooManyOpenFilesException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            LOG.error("{} was to be deleted and is not: {}", logId.directoryName(), why, e);
        }
    }

    // ---- what was away

    private void forgetIfMuchIsHidden(LogDirectory directory, long lastSince) {
        if (image.showsAllSinceLeft(nodeId, id(directory), lastSince)) {
            return;
        }
        int count = 0;
        for (LogId log : directory.logs()) {
            // The only replica has not been made anew anywhere: nobody has what it holds.
            if (!isMetadata(log) && !assignment(log).isOnlyOn(nodeId)) {
                count++;
                try {
                    directory.setForgetful(log);
                } catch (IOException e) {
                    fail(directory, "it cannot be noted that " + log.directoryName() + " may be out of date", e);
                    return;
                }
            }
        }
        LOG.warn(
                "What the {} replicas in {} have done meanwhile in other directories is unknown: they do not vote until their"
                        + " groups have taken them in anew, which leaders see to by themselves",
                count,
                directory.path());
    }

    private Assignment assignment(LogId log) {
        return image.topic(log.topicId()).assignments().get(log.partition());
    }

    // ---- copies

    /**
     * A log as it is found in one directory.
     *
     * @param origin the directory that it was copied from, if a move was under way, or null
     */
    private record Copy(LogDirectory directory, boolean forgetful, UUID origin) {}

    private void keepOneCopy(LogId log) {
        List<Copy> copies = directories
                .working()
                .filter(directory -> directory.contains(log))
                .map(directory -> look(directory, log))
                .filter(Objects::nonNull)
                .toList();
        if (copies.size() < 2 || isMetadata(log)) {
            return;
        }
        Copy newest = copies.stream()
                .max(Comparator.comparing((Copy copy) -> !copy.forgetful())
                        .thenComparing(this::leftBefore)
                        .thenComparing(copy -> !isMereCopy(copy, copies)))
                .orElseThrow();
        for (Copy other : copies) {
            String why = "the replica is in " + newest.directory().path() + " now";
            if (other != newest && isMereCopy(other, copies)) {
                delete(other.directory(), log, why);
            } else if (other != newest) {
                setAside(other.directory(), log, why);
            }
        }
    }

    /** Looks at a log; null if its directory fails. */
    private static Copy look(LogDirectory directory, LogId log) {
        try {
            return new Copy(directory, isForgetful(directory, log), LogMove.movedFrom(directory, log));
        } catch (IOException e) {
            fail(directory, log.directoryName() + " cannot be looked at", e);
            return null;
        }
    }

    /** When the directory left, which makes what is in it old; what never left is newer than all. */
    private long leftBefore(Copy copy) {
        LogDirectory directory = copy.directory();
        return returned.containsKey(directory) ? image.directoryLeftBefore(nodeId, id(directory)) : Long.MAX_VALUE;
    }

    private static boolean isForgetful(LogDirectory directory, LogId log) throws IOException {
        HardStateJournal journal = directory.journal();
        return directory.isForgetful(log)
                || journal != null && journal.load(log.group()).votedFor() == HardState.FORGOTTEN;
    }

    /** Whether a move was under way and had not come about: what was copied counts. */
    private static boolean isMereCopy(Copy copy, List<Copy> copies) {
        return copies.stream().anyMatch(other -> id(other.directory()).equals(copy.origin()));
    }
}
