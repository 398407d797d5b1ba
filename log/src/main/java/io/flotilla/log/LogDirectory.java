package io.flotilla.log;

import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.OpenFiles;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.maintain.Recovery;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.SegmentPatch;
import io.flotilla.log.state.HardState;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.log.state.PartitionMetadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One directory of {@code log.dirs} and all in it: the partitions' logs, the journal of their groups' terms and votes, and the
 * rounds that write them to disk. One process at a time has it open.
 *
 * <pre>
 * meta.properties       whose directory this is
 * .lock                 held while it is open       .last-stop  how it was closed, once it is
 * hard-state.journal    term and vote of every group
 * TOPIC-PARTITION/      a log: partition.metadata, and for each segment .log, .index, .timeindex; .snapshot files
 * NAME.ID-delete/       being removed       NAME.ID-stray/   set aside for an operator
 * ID-PARTITION-install/ being built, to be renamed to TOPIC-PARTITION
 * </pre>
 *
 * <p>Thread-safe. Methods block unless they say otherwise.
 */
public final class LogDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final String LOCK_FILE = ".lock";
    /** Syncs in flight at a time; measured on small disks, more gain nothing. */
    private static final int CONCURRENT_SYNCS = 16;

    /** Reads from files at a time, of the threads that also write and sync. */
    private static final int CONCURRENT_READS = 4;
    /** Files of closed segments, and of their indexes, that stay open for readers. */
    private static final int MOST_OPEN_FILES = 512;

    private final OpenFiles files;
    private final Path path;
    private final Executor blocking;
    private final Executor reads;
    private volatile long recheckMs;
    private final ByteBufAllocator allocator;
    private final LogRules rules;
    private final Closeable lock;
    private final Flusher flusher;
    private final SpaceWatch space;
    private final Map<String, PartitionLog> open = new ConcurrentSkipListMap<>();
    private final AtomicLong cachedBytes = new AtomicLong();
    private final DirectoryIdentity identity;
    private final List<LogId> found = new ArrayList<>();
    private HardStateJournal journal;
    private StopNote stop;

    private LogDirectory(FileSystem files, Path path, Executor blocking, ByteBufAllocator allocator, LogRules rules)
            throws IOException {
        this.files = new OpenFiles(files, MOST_OPEN_FILES);
        this.path = path;
        this.blocking = blocking;
        this.reads = new LimitedExecutor(blocking, CONCURRENT_READS);
        this.allocator = allocator;
        this.identity = new DirectoryIdentity(this.files, path);
        this.rules = rules;
        this.lock = lock();
        this.flusher = new Flusher(path, blocking, CONCURRENT_SYNCS, this::fenced);
        this.space = new SpaceWatch(path, flusher);
    }

    /**
     * Opens a directory, creating it when absent, finishing what a crash interrupted.
     *
     * @param identity who opens it; its directory id is used only if the directory is new
     * @param blocking runs writes, syncs and reads from files
     * @throws LogDirectoryException when it must not be used: held by another process, of another node or cluster, damaged
     */
    public static LogDirectory open(FileSystem files, Path path, MetaProperties identity, Executor blocking)
            throws IOException {
        return open(files, path, identity, blocking, PooledByteBufAllocator.DEFAULT, LogRules.LOG);
    }

    /**
     * Opens a directory as the shorter form does.
     *
     * @param allocator where buffers for what is read come from
     * @param rules {@link LogRules#LOG}, except in tests of the checkers
     */
    public static LogDirectory open(
            FileSystem files,
            Path path,
            MetaProperties identity,
            Executor blocking,
            ByteBufAllocator allocator,
            LogRules rules)
            throws IOException {
        if (!files.exists(path.resolve(MetaProperties.FILE))) {
            SmallFiles.createDirectories(files, path);
        }
        LogDirectory directory = new LogDirectory(files, path, blocking, allocator, rules);
        try {
            directory.load(identity);
        } catch (IOException | RuntimeException e) {
            directory.lock.close();
            throw e;
        }
        return directory;
    }

    private Closeable lock() throws IOException {
        try {
            return files.lock(path.resolve(LOCK_FILE));
        } catch (IOException e) {
            throw new LogDirectoryException(
                    "Log directory " + path + " is in use: " + e.getMessage() + ". Is another broker running on it?");
        }
    }

    private void load(MetaProperties expected) throws IOException {
        boolean used = identity.check(expected);
        stop = new StopNote(files, path);
        for (String name : files.list(path)) {
            if (name.endsWith(LogFiles.INSTALL)) {
                LogFiles.finishInstall(files, path, name);
            }
        }
        for (String name : files.list(path)) {
            Path entry = path.resolve(name);
            if (name.endsWith(LogFiles.DELETE)) {
                removeLater(entry);
            } else if (!name.endsWith(LogFiles.STRAY) && files.exists(entry.resolve(PartitionMetadata.FILE))) {
                noteFound(name, entry);
            }
        }
        stop.running(found);
        if (used && !HardStateJournal.exists(files, path)) {
            forgetVotes(path.resolve(HardStateJournal.FILE) + " is missing");
        }
        journal = HardStateJournal.open(files, path, flusher, stop.last(), this::forgetVotes);
        identity.takeNew(expected);
    }

    /** The votes given by the replicas here may be unknown: none may vote as if it remembered. */
    private void forgetVotes(String what) throws IOException {
        LOG.error(
                "{}. Terms and votes may be lost with it: the {} replicas in {} do not vote until their groups have taken"
                        + " them in anew, which leaders see to by themselves",
                what,
                found.size(),
                path);
        for (LogId id : found) {
            new LogFiles(files, path, id).setForgetful(true);
        }
    }

    private void noteFound(String name, Path entry) {
        try {
            LogId id = PartitionMetadata.read(files, entry);
            if (id.directoryName().equals(name)) {
                found.add(id);
                return;
            }
            LOG.warn("{} says that it belongs to {}: left alone", entry, id);
        } catch (IOException e) {
            LOG.warn("{} is left alone: {}", entry, e.getMessage());
        }
    }

    public Path path() {
        return path;
    }

    /** What {@code meta.properties} says. */
    public MetaProperties identity() {
        return identity.get();
    }

    /**
     * Notes which cluster this directory belongs to, when it was opened without knowing: a broker that starts for the first
     * time learns the cluster's id only once it has joined. From then on the directory is refused to other clusters. Does
     * nothing when the id is the one known already.
     */
    public void joinCluster(String clusterId) throws IOException {
        identity.joinCluster(clusterId);
    }

    /** Terms and votes of the groups whose logs are here. */
    public HardStateJournal journal() {
        return journal;
    }

    /** The partitions whose logs were here when the directory was opened. Does not block. */
    public List<LogId> found() {
        return List.copyOf(found);
    }

    /**
     * Opens a partition's log, creating it when absent. Logs of different partitions can be opened at the same time. What was
     * committed before and is not here any more makes the replica forgetful ({@link PartitionLog#isForgetful}).
     *
     * @param initialConfiguration the configuration of the group if the log is created
     * @param nowMs the present time
     * @param hasPeers there are other replicas: what is lost here may be fetched from them
     * @throws IOException when the disk fails
     */
    public OpenResult openLog(LogId id, byte[] initialConfiguration, LogConfig config, long nowMs, boolean hasPeers)
            throws IOException {
        requireClosed(id);
        LogFiles logFiles = new LogFiles(files, path, id);
        Path directory = logFiles.directory();
        long commitMark = journal.committed(id.group());
        boolean created = !files.exists(directory);
        if (created) {
            boolean lost = commitMark > 0 || !journal.load(id.group()).equals(HardState.NONE);
            if (commitMark > 0 && !hasPeers) {
                String reason = "is missing, but index " + commitMark + " was durable and committed";
                return new OpenResult.Damaged(new Damage(directory, 0, reason), null);
            }
            if (lost) {
                LOG.error("Log {} is missing, and made anew from its peers", id.directoryName());
                journal.forgetCommitted(id.group());
                commitMark = 0;
            }
            logFiles.install(0, LogState.emptySnapshot(initialConfiguration).encode(), 0, lost && hasPeers);
        }
        String foreign = foreign(directory, id);
        if (foreign != null) {
            return new OpenResult.Damaged(new Damage(directory.resolve(PartitionMetadata.FILE), 0, foreign), null);
        }
        Recovery.Outcome outcome = new Recovery(files, logFiles, config, commitMark, nowMs, stop.last(), hasPeers)
                .run(initialConfiguration);
        if (outcome instanceof Recovery.Outcome.Damaged damaged) {
            LOG.error("Log {} is damaged: {}", id.directoryName(), damaged.damage());
            return new OpenResult.Damaged(damaged.damage(), damaged.spot());
        }
        Recovery.Outcome.Recovered recovered = (Recovery.Outcome.Recovered) outcome;
        if (!recovered.notes().isEmpty()) {
            LOG.warn("Log {} recovered: {}", id.directoryName(), recovered.notes());
        }
        LogStore store = new LogStore(
                files,
                logFiles,
                flusher,
                blocking,
                reads,
                () -> recheckMs,
                allocator,
                cachedBytes,
                rules,
                this::forgetOpen);
        PartitionLog log = new PartitionLog(id, store, config, recovered.state(), logFiles.isForgetful());
        if (open.putIfAbsent(id.directoryName(), log) != null) {
            throw new IllegalStateException("Log " + id.directoryName() + " is open");
        }
        stop.recovered(id);
        return new OpenResult.Opened(
                log, new RecoveryReport(created, recovered.scannedBytes(), recovered.cutBytes(), recovered.notes()));
    }

    /**
     * Repairs a log that could not be opened for damage, with batches from another replica: they must be committed ones, and
     * begin with the spot's. {@link #openLog} then tells what more there is to repair.
     *
     * @param batches stay the caller's
     */
    public RepairResult repair(LogId id, DamagedSpot spot, ByteBuf batches) throws IOException {
        requireClosed(id);
        Path directory = new LogFiles(files, path, id).directory();
        return new SegmentPatch(files, directory, spot, List.of()).apply(batches);
    }

    private String foreign(Path directory, LogId id) {
        try {
            LogId stored = PartitionMetadata.read(files, directory);
            return stored.equals(id) ? null : "belongs to " + stored + ", not to " + id;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void forgetOpen(PartitionLog log) {
        open.remove(log.id().directoryName(), log);
    }

    /** Deletes a log that is not open: renames it now, frees its space later. Its group's term and vote are forgotten. */
    public void delete(LogId id) throws IOException {
        requireClosed(id);
        LogFiles logFiles = new LogFiles(files, path, id);
        if (files.exists(logFiles.directory())) {
            removeLater(logFiles.retire(LogFiles.DELETE));
        }
        stop.recovered(id);
        journal.forget(id.group());
    }

    /**
     * Puts a damaged or unknown log, not open, out of the way: it is renamed, never opened again and never removed. Its
     * group's term and vote stay; how far it was committed is forgotten, so that it can be created anew and rebuilt.
     *
     * @return where it is now
     */
    public Path setAside(LogId id) throws IOException {
        requireClosed(id);
        Path stray = new LogFiles(files, path, id).retire(LogFiles.STRAY);
        journal.forgetCommitted(id.group());
        stop.recovered(id);
        LOG.warn("Log {} is set aside as {}", id.directoryName(), stray);
        return stray;
    }

    private void requireClosed(LogId id) {
        if (open.containsKey(id.directoryName())) {
            throw new IllegalStateException("Log " + id.directoryName() + " is open");
        }
    }

    private void removeLater(Path directory) {
        blocking.execute(() -> {
            try {
                SmallFiles.deleteDirectory(files, directory);
            } catch (IOException e) {
                LOG.warn("{} is left until the next start: {}", directory, e.toString());
            }
        });
    }

    /**
     * Notes in the journal how far logs are known to be committed, by which recovery tells an interrupted write from damage.
     * To be called about every second. Does not block.
     */
    public void markCommitted() {
        open.values().forEach(log -> journal.markCommitted(log.id().group(), log.commitMark()));
    }

    /**
     * Sets how long records that were written or checked may be sent to consumers straight from the file, without being checked
     * again. Does not block.
     *
     * @param ms in milliseconds; 0, as long as nothing else is said: each read checks what it reads
     */
    public void setRecheckMs(long ms) {
        recheckMs = ms;
    }

    /** Bytes that can still be written. */
    public long freeSpace() throws IOException {
        return files.freeSpace(path);
    }

    /**
     * Looks how much space is left, and has what waited for space written if there is some. To be called about every second.
     *
     * @param minFreeBytes with less the directory is {@link #isShortOfSpace}
     */
    public void checkSpace(long minFreeBytes) throws IOException {
        space.check(freeSpace(), minFreeBytes);
    }

    /** Whether no records should be appended that users can send again later. Does not block. */
    public boolean isShortOfSpace() {
        return space.isShort();
    }

    /** Size in bytes of the disk this directory is on. */
    public long totalSpace() throws IOException {
        return files.totalSpace(path);
    }

    /** Why this directory takes no more writes, or null. Does not block. */
    public LogFailure failure() {
        return flusher.failure();
    }

    private void fenced(LogFailure failure) {
        if (failure.kind() != LogFailure.Kind.ABANDONED) {
            stop.failed();
        }
        open.values().forEach(log -> log.fence(failure));
    }

    /**
     * Gives back memory and stops without writing anything more, as if the process had been killed: for simulations, which
     * kill many brokers in one process. Only when no loop or background task of the directory runs any more.
     */
    public void abandon() {
        flusher.fence(new LogFailure(LogFailure.Kind.ABANDONED, path + " was abandoned", null));
        open.values().forEach(PartitionLog::abandon);
        freeLock();
    }

    /** Closes the journal and frees the lock, after all logs were closed. Does not block; completes on any thread. */
    public CompletableFuture<Void> close() {
        return journal.close().handle((done, failure) -> {
            if (failure == null && flusher.failure() == null && open.isEmpty()) {
                stop.clean();
            }
            freeLock();
            return null;
        });
    }

    private void freeLock() {
        try {
            files.close();
            lock.close();
        } catch (IOException e) {
            LOG.warn("The files of {} could not be closed: {}", path, e.toString());
        }
    }
}
