package io.flotilla.broker.partition;

import io.flotilla.broker.env.Environment;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogDirectoryException;
import io.flotilla.log.LogId;
import io.flotilla.log.LogRules;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.TooManyOpenFilesException;
import io.flotilla.log.state.MetaProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log directories of a broker ({@code log.dirs}): which of them work, and in which of them a new replica is to lie. One that
 * cannot be opened because its disk fails, or that fails later, takes only its own replicas with it. Thread-safe, except
 * {@link #place}.
 */
public final class LogDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);

    /**
     * What a replica is taken to need although it does not use it yet, in bytes, for as long: most replicas begin empty, and
     * thousands of them may be made before the first one grows.
     */
    private static final long PROMISED_BYTES = 256L << 20;

    private static final long PROMISED_NANOS = 3_600_000_000_000L;
    /** Wishes where replicas are to lie that are not here yet. */
    private static final int MOST_WISHES = 10_000;

    /**
     * A directory that could not be opened.
     *
     * @param why in words
     */
    public record Unusable(Path path, String why) {}

    private record Promise(LogDirectory directory, long untilNanos) {}

    private final List<LogDirectory> opened;
    private final List<Unusable> unusable;
    private final Deque<Promise> promises = new ArrayDeque<>();
    /** How many of the above are in each directory. */
    private final Map<LogDirectory, Integer> promised = new HashMap<>();

    private final Map<PartitionId, LogDirectory> wishes = new ConcurrentHashMap<>();

    /** @param opened at least one */
    public LogDirectories(List<LogDirectory> opened, List<Unusable> unusable) {
        this.opened = List.copyOf(opened);
        this.unusable = List.copyOf(unusable);
    }

    /**
     * Opens the directories of a broker.
     *
     * @throws LogDirectoryException when one of them must not be used: the message says which, why and what to do
     * @throws TooManyOpenFilesException when this process can open too few files to start
     * @throws IOException when none of them can be used
     */
    public static LogDirectories open(Collection<Path> paths, int nodeId, Environment environment, LogRules rules)
            throws IOException {
        List<LogDirectory> opened = new ArrayList<>();
        List<Unusable> unusable = new ArrayList<>();
        try {
            String clusterId = null;
            for (Path path : paths) {
                try {
                    LogDirectory directory = open(path, nodeId, environment, rules);
                    opened.add(directory);
                    clusterId =
                            sameCluster(path, clusterId, directory.identity().clusterId());
                } catch (LogDirectoryException | TooManyOpenFilesException e) {
                    // Of a directory that could not be looked at it must not be told that it has failed.
                    throw e;
                } catch (IOException e) {
                    unusable.add(new Unusable(path, e.toString()));
                }
            }
            LogDirectories directories = new LogDirectories(opened, unusable);
            directories.requireMetadataOnce();
            directories.reportUnusable();
            return directories;
        } catch (IOException | RuntimeException e) {
            opened.forEach(LogDirectory::close);
            throw e;
        }
    }

    private static LogDirectory open(Path path, int nodeId, Environment environment, LogRules rules)
            throws IOException {
        String cluster = MetaProperties.read(environment.files(), path)
                .map(MetaProperties::clusterId)
                .orElse(null);
        return LogDirectory.open(
                environment.files(),
                path,
                new MetaProperties(cluster, nodeId, environment.random().newUuid()),
                environment.scheduler().blocking(),
                environment.allocator(),
                rules);
    }

    private static String sameCluster(Path path, String cluster, String found) throws LogDirectoryException {
        if (cluster != null && found != null && !cluster.equals(found)) {
            throw new LogDirectoryException(path + " belongs to cluster " + found
                    + ", another log directory to cluster " + cluster + ": directories were mixed up");
        }
        return found == null ? cluster : found;
    }

    /** The cluster metadata says what is where, so nothing says which of two logs of it counts, or where a missing one is. */
    private void requireMetadataOnce() throws IOException {
        List<LogDirectory> holding = opened.stream()
                .filter(directory -> directory.logs().stream().anyMatch(LogDirectories::isMetadata))
                .toList();
        if (holding.size() > 1) {
            throw new LogDirectoryException("The log of the cluster metadata is in "
                    + holding.stream()
                            .map(directory -> directory.path().toString())
                            .collect(Collectors.joining(" and "))
                    + ". Only the newer one counts: move the other out of its directory");
        }
        if (!unusable.isEmpty() && holding.isEmpty()) {
            throw new IOException(
                    describeUnusable() + ". The log of the cluster metadata may be there. Repair or mount it; or"
                            + " take it out of log.dirs, and this broker learns the metadata from the others");
        }
    }

    private static boolean isMetadata(LogId id) {
        return id.topicId().equals(PartitionId.METADATA.topicId());
    }

    private String describeUnusable() {
        return unusable.stream()
                .map(directory -> "Log directory " + directory.path() + " cannot be used: " + directory.why())
                .collect(Collectors.joining("; "));
    }

    private void reportUnusable() {
        if (!unusable.isEmpty()) {
            LOG.error(
                    "{}. This broker starts without it: replicas in it that others have too are made anew elsewhere on this"
                            + " broker. Repair or mount it and restart, or take it out of log.dirs",
                    describeUnusable());
        }
    }

    /** The cluster that the directories belong to, or null when none of them knows. */
    public String clusterId() {
        return opened.stream()
                .map(directory -> directory.identity().clusterId())
                .filter(id -> id != null)
                .findFirst()
                .orElse(null);
    }

    /** All that were opened when the broker started, whether they work or not, in the order of {@code log.dirs}. */
    public List<LogDirectory> opened() {
        return opened;
    }

    /** Those that work. */
    public Stream<LogDirectory> working() {
        return opened.stream().filter(directory -> directory.failure() == null);
    }

    /** How many do not work. */
    public long failed() {
        return broken().size();
    }

    /** Those that do not work, whether they could not be opened or failed later. */
    public List<Path> broken() {
        List<Path> paths = new ArrayList<>();
        unusable.forEach(directory -> paths.add(directory.path()));
        opened.stream().filter(directory -> directory.failure() != null).forEach(failed -> paths.add(failed.path()));
        return paths;
    }

    /** The ids of those that work, in order. */
    public List<UUID> workingIds() {
        return working()
                .map(directory -> directory.identity().directoryId())
                .sorted()
                .toList();
    }

    /** The directory with this path, or null. */
    public LogDirectory at(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        return opened.stream()
                .filter(directory ->
                        directory.path().toAbsolutePath().normalize().equals(absolute))
                .findFirst()
                .orElse(null);
    }

    /** Whether there is such a directory, though it could not be opened. */
    public boolean isUnusable(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        return unusable.stream()
                .anyMatch(directory ->
                        directory.path().toAbsolutePath().normalize().equals(absolute));
    }

    /** The working directory that has a log, or null. */
    public LogDirectory holding(LogId id) {
        return working().filter(directory -> directory.contains(id)).findFirst().orElse(null);
    }

    /** A directory that has a log, as far as that can be told, and does not work any more; or null. */
    LogDirectory failedHolding(LogId id) {
        return opened.stream()
                .filter(directory -> directory.failure() != null && directory.contains(id))
                .findFirst()
                .orElse(null);
    }

    /** A replica that may come here is to lie in this directory. */
    public void wish(PartitionId id, LogDirectory directory) {
        if (wishes.size() < MOST_WISHES || wishes.containsKey(id)) {
            wishes.put(id, directory);
        }
    }

    /**
     * Where a replica that is not here yet is to lie: as somebody wished, else where most bytes are free when each replica made
     * lately has grown to what is promised to it. On one loop.
     *
     * @return null if no directory works
     */
    public LogDirectory place(PartitionId id, long nowNanos) {
        while (!promises.isEmpty() && promises.peek().untilNanos() - nowNanos <= 0) {
            promised.merge(promises.remove().directory(), -1, Integer::sum);
        }
        LogDirectory wished = wishes.remove(id);
        LogDirectory chosen = wished != null && wished.failure() == null ? wished : roomiest();
        if (chosen != null) {
            promises.add(new Promise(chosen, nowNanos + PROMISED_NANOS));
            promised.merge(chosen, 1, Integer::sum);
        }
        return chosen;
    }

    private LogDirectory roomiest() {
        Comparator<LogDirectory> most = Comparator.comparing((LogDirectory directory) -> !directory.isShortOfSpace())
                .thenComparing(
                        directory -> directory.lastFreeSpace() - promised.getOrDefault(directory, 0) * PROMISED_BYTES);
        // The first of equals.
        return working().reduce((a, b) -> most.compare(b, a) > 0 ? b : a).orElse(null);
    }

    /** Notes in the journals how far logs are committed. To be called about every second. Does not block. */
    public void markCommitted() {
        working().forEach(LogDirectory::markCommitted);
    }

    /**
     * Looks after the space of the directories. To be called about every second; blocks.
     *
     * @param minFreeBytes {@code log.dir.min.free.bytes}
     */
    public void upkeep(long minFreeBytes) {
        working().forEach(directory -> {
            try {
                directory.upkeep(minFreeBytes);
            } catch (ShortageException e) {
                LOG.debug("{} is still to be waited for", directory.path(), e);
            } catch (IOException e) {
                directory.fail("it cannot be told how much space it has", e);
            }
        });
    }

    /** Closes all, after their logs were closed. Completes on any thread. */
    public CompletableFuture<Void> close() {
        return CompletableFuture.allOf(opened.stream().map(LogDirectory::close).toArray(CompletableFuture[]::new));
    }
}
