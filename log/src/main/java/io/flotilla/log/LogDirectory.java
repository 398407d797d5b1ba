package io.flotilla.log;

import io.flotilla.log.flush.DirectorySync;
import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.OpenFiles;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.SegmentPatch;
import io.flotilla.log.state.HardState;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.MetaProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One directory of {@code log.dirs} and all in it: the partitions' logs, the journal of their groups' terms and votes, and the
 * rounds that write them to disk. One process at a time has it open.
 *
 * <pre>
 * meta.properties       whose directory this is
 * .lock                 held while it is open       .last-stop  how it was closed, once it is
 * .registered           since when it has been its broker's       .moves  replicas that are to move between directories
 * hard-state.journal    term and vote of every group
 * redo-0.journal, redo-1.journal  small appends that their segments have not been synced for
 * TOPIC-PARTITION/      a log: partition.metadata, and for each segment .log, .index, .timeindex; .snapshot files
 * NAME.ID-delete/       being removed       NAME.ID-stray/   set aside for an operator
 * ID-PARTITION-create/  -install/  -future/  being built, to be renamed to TOPIC-PARTITION
 * </pre>
 *
 * <p>A directory whose disk is full when it is opened is there, but its logs cannot be opened before there is room; until then
 * {@link #journal} is null.
 *
 * <p>Thread-safe. Methods block unless they say otherwise.
 */
public final class LogDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final String LOCK_FILE = ".lock";
    /** Syncs in flight at a time; measured on small disks, more gain nothing. */
    private static final int CONCURRENT_SYNCS = 16;

    /** Files of closed segments, and of their indexes, that stay open for readers. */
    private static final int MOST_OPEN_FILES = 512;

    private final OpenFiles files;
    private final Path path;
    private final Closeable lock;
    private final Flusher flusher;
    private final DirectoryRedo redo;
    private final SpaceWatch space;
    private final OpenLogs open;
    private final DirectoryIdentity identity;
    private final DirectoryNotes notes;
    private final DirectorySync names;
    private final PacedRemovals removals;
    private LogInventory inventory;
    private StopNote stop;
    private boolean used;
    private volatile HardStateJournal journal;

    private LogDirectory(FileSystem files, Path path, Executor blocking, ByteBufAllocator allocator, LogRules rules)
            throws IOException {
        this.files = new OpenFiles(files, MOST_OPEN_FILES);
        this.path = path;
        this.identity = new DirectoryIdentity(this.files, path);
        this.notes = new DirectoryNotes(this.files, path);
        this.lock = lock();
        this.flusher = new Flusher(path, blocking, CONCURRENT_SYNCS, this::fenced);
        this.redo = new DirectoryRedo(this.files, path, flusher);
        this.open = new OpenLogs(this.files, flusher, blocking, allocator, rules);
        this.space = new SpaceWatch(path, flusher);
        this.names = new DirectorySync(this.files, path);
        this.removals = new PacedRemovals(this.files, blocking);
    }

    /**
     * Opens a directory, creating it when absent, finishing what a crash interrupted.
     *
     * @param identity who opens it; its directory id is used only if the directory is new
     * @param blocking runs writes, syncs and reads from files
     * @throws LogDirectoryException when it must not be used: held by another process, of another node or cluster, damaged
     * @throws IOException when it cannot be used, because the disk fails
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
        } catch (FileSystemException | ShortageException e) {
            throw e;
        } catch (IOException e) {
            throw new LogDirectoryException(
                    "Log directory " + path + " is in use: " + e.getMessage() + ". Is another broker running on it?");
        }
    }

    private void load(MetaProperties expected) throws IOException {
        used = identity.check(expected);
        stop = new StopNote(files, path);
        inventory = new LogInventory(files, path, removals);
        try {
            begin(expected);
        } catch (NoSpaceException e) {
            if (!used) {
                throw e;
            }
            LOG.error(
                    "Log directory {} is full: its {} replicas are opened once there is room. Delete something on that disk, or"
                            + " make it larger. {}",
                    path,
                    inventory.logs().size(),
                    e.getMessage());
        }
        space.look(freeSpace());
    }

    /** What takes room on the disk. Tried again until there is some. */
    private void begin(MetaProperties expected) throws IOException {
        stop.running(inventory.logs());
        if (used && !HardStateJournal.exists(files, path)) {
            forgetVotes(path.resolve(HardStateJournal.FILE) + " is missing");
        }
        if (used) {
            List<LogId> lacking = redo.replay(identity.get().directoryId(), inventory.logs(), stop.last());
            if (!lacking.isEmpty()) {
                forget(
                        "The redo journal in " + path + " is damaged. What was acknowledged may be lost with it",
                        lacking);
            }
        }
        HardStateJournal opened = HardStateJournal.open(files, path, flusher, stop.last(), this::forgetVotes);
        identity.takeNew(expected);
        redo.begin(identity.get().directoryId());
        journal = opened;
    }

    /** The votes given by the replicas here may be unknown: none may vote as if it remembered. */
    private void forgetVotes(String what) throws IOException {
        forget(what + ". Terms and votes may be lost with it", inventory.logs());
    }

    private void forget(String what, List<LogId> logs) throws IOException {
        LOG.error(
                "{}: the {} replicas in {} do not vote until their groups have taken them in anew, which leaders see to by"
                        + " themselves",
                what,
                logs.size(),
                path);
        for (LogId id : logs) {
            setForgetful(id);
        }
    }

    /**
     * Notes durably that the replica of a log that is here and not open may have forgotten votes and entries
     * ({@link PartitionLog#isForgetful}).
     */
    public void setForgetful(LogId id) throws IOException {
        open.requireClosed(id);
        filesOf(id).setForgetful(true);
    }

    /** Whether {@link #setForgetful} was called for a log that is here, or it was made that way; the journal may say so too. */
    public boolean isForgetful(LogId id) throws IOException {
        return filesOf(id).isForgetful();
    }

    /** Something failed that makes this directory useless: it takes no more writes, and its logs stop. */
    public void fail(String what, IOException cause) {
        flusher.fence(new LogFailure(LogFailure.Kind.IO, path + ": " + what + ": " + cause, cause));
    }

    FileSystem files() {
        return files;
    }

    /** Makes names in this directory durable. */
    DirectorySync names() {
        return names;
    }

    /** A log has come here. */
    void admit(LogId id) {
        inventory.add(id);
    }

    private LogFiles filesOf(LogId id) {
        return new LogFiles(files, path, id, names);
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

    /** What its broker wants to find again here. */
    public DirectoryNotes notes() {
        return notes;
    }

    /** Terms and votes of the groups whose logs are here; null as long as there is no room. */
    public HardStateJournal journal() {
        return journal;
    }

    /** The partitions whose logs are here, by name. Does not block. */
    public List<LogId> logs() {
        return inventory.logs();
    }

    /** Whether a partition's log is here. Does not block. */
    public boolean contains(LogId id) {
        return inventory.contains(id);
    }

    /** Whether a partition's group is known here, but its log is gone. */
    public boolean hasLost(LogId id) throws NoSpaceException {
        return !contains(id) && !begun().load(id.group()).equals(HardState.NONE);
    }

    private HardStateJournal begun() throws NoSpaceException {
        HardStateJournal opened = journal;
        if (opened == null) {
            throw new NoSpaceException("Log directory " + path + " is full", null);
        }
        return opened;
    }

    /**
     * Opens a partition's log, creating it when absent. Logs of different partitions can be opened at the same time. What was
     * committed before and is not here any more makes the replica forgetful ({@link PartitionLog#isForgetful}).
     *
     * @param initialConfiguration the configuration of the group if the log is created
     * @param nowMs the present time
     * @param hasPeers there are other replicas: what is lost here may be fetched from them
     * @throws ShortageException when the disk is full or no file can be opened: it may be tried again, and nothing is damaged by it
     * @throws IOException when the disk fails
     */
    public OpenResult openLog(LogId id, byte[] initialConfiguration, LogConfig config, long nowMs, boolean hasPeers)
            throws IOException {
        open.requireClosed(id);
        OpenLogs.Request request = new OpenLogs.Request(filesOf(id), id, initialConfiguration, config, hasPeers);
        OpenResult result = open.open(request, begun(), stop.last(), nowMs);
        if (result instanceof OpenResult.Opened) {
            inventory.add(id);
            stop.recovered(id);
        }
        return result;
    }

    /**
     * Repairs a log that could not be opened for damage, with batches from another replica: they must be committed ones, and
     * begin with the spot's. {@link #openLog} then tells what more there is to repair.
     *
     * @param batches stay the caller's
     */
    public RepairResult repair(LogId id, DamagedSpot spot, ByteBuf batches) throws IOException {
        open.requireClosed(id);
        Path directory = filesOf(id).directory();
        return new SegmentPatch(files, directory, spot, List.of()).apply(batches);
    }

    /** Deletes a log that is not open: renames it now, frees its space later. Its group's term and vote are forgotten. */
    public void delete(LogId id) throws IOException {
        open.requireClosed(id);
        LogFiles logFiles = filesOf(id);
        if (files.exists(logFiles.directory())) {
            removals.add(logFiles.retire(LogFiles.DELETE));
        }
        inventory.remove(id);
        stop.recovered(id);
        if (journal != null) {
            journal.forget(id.group());
        }
    }

    /**
     * Puts a damaged or unknown log, not open, out of the way: it is renamed, never opened again and never removed. Its
     * group's term and vote stay; how far it was committed is forgotten, so that it can be created anew and rebuilt.
     *
     * @return where it is now
     */
    public Path setAside(LogId id) throws IOException {
        open.requireClosed(id);
        Path stray = filesOf(id).retire(LogFiles.STRAY);
        inventory.remove(id);
        if (journal != null) {
            journal.forgetCommitted(id.group());
        }
        stop.recovered(id);
        LOG.warn("Log {} is set aside as {}", id.directoryName(), stray);
        return stray;
    }

    /**
     * Notes in the journal how far logs are known to be committed, by which recovery tells an interrupted write from damage.
     * To be called about every second. Does not block.
     */
    public void markCommitted() {
        if (journal != null) {
            open.markCommitted(journal);
        }
    }

    /**
     * Sets how long records that were written or checked may be sent to consumers straight from the file, without being checked
     * again. Does not block.
     *
     * @param ms in milliseconds; 0, as long as nothing else is said: each read checks what it reads
     */
    public void setRecheckMs(long ms) {
        open.setRecheckMs(ms);
    }

    /** Sets how much of the disk the redo journal may take, in bytes; 0: it is not used. Does not block. */
    public void setRedoBytes(long bytes) {
        redo.setBytes(bytes);
    }

    /** Bytes that can still be written. */
    public long freeSpace() throws IOException {
        return files.freeSpace(path);
    }

    /** Bytes that could still be written when {@link #upkeep} last looked. Does not block. */
    public long lastFreeSpace() {
        return space.free();
    }

    /**
     * Looks how much space is left, has what waited for space written if there is some, and removes the next part of what is to
     * be removed. To be called about every second.
     *
     * @param minFreeBytes with less the directory is {@link #isShortOfSpace}
     */
    public void upkeep(long minFreeBytes) throws IOException {
        space.check(freeSpace(), minFreeBytes);
        if (journal == null) {
            begin(identity.get());
            LOG.info("Log directory {} has room again: its replicas are opened", path);
        }
        stop.noteRecovered();
        removals.tick();
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
        open.fence(failure);
    }

    /**
     * Gives back memory and stops without writing anything more, as if the process had been killed: for simulations, which
     * kill many brokers in one process. Only when no loop or background task of the directory runs any more.
     */
    public void abandon() {
        flusher.fence(new LogFailure(LogFailure.Kind.ABANDONED, path + " was abandoned", null));
        open.abandon();
        freeLock();
    }

    /** Closes the journal and frees the lock, after all logs were closed. Does not block; completes on any thread. */
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = journal == null ? CompletableFuture.completedFuture(null) : journal.close();
        return closed.handle((done, failure) -> {
            if (journal != null && failure == null && flusher.failure() == null && open.isEmpty()) {
                stop.clean();
            }
            freeLock();
            return null;
        });
    }

    private void freeLock() {
        redo.close();
        try {
            files.close();
            lock.close();
        } catch (IOException e) {
            LOG.warn("The files of {} could not be closed: {}", path, e.toString());
        }
    }
}
