package io.flotilla.log;

import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.segment.Tail;
import io.flotilla.log.state.Snapshot;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One partition's log: the Raft log, and at the same time what consumers read. Its entries are record batches as they came,
 * and Raft's own entries between them; see {@link io.flotilla.log.index.RaftEntries} for indexes and offsets.
 *
 * <p>It belongs to one loop: {@link #start} hands it over, and everything afterwards is called there. Nothing blocks.
 * Appends and truncations take effect in memory at once and on disk in the background, in the same order;
 * {@link LogListener#durable} tells how far the disk has come. Futures complete on the loop, at once where nothing need be
 * read from a file.
 */
public final class PartitionLog extends LogView {
    /** Durable batches kept in memory because they are not committed yet. */
    private static final int MOST_UNCOMMITTED_CACHE_BYTES = 8 << 20;

    private final LogStore store;
    private LogConfig config;
    private final Tail tail;
    private final LogAppends appends = new LogAppends(this);
    private final DelayedRemovals removals;
    private final PendingSnapshots snapshots;
    private final AtomicLong commitMark = new AtomicLong();

    private LogListener listener;
    private volatile LogWriter writer;
    private LogRepairs repairs;
    private LogCompaction compaction;
    private boolean forgetful;
    private boolean appendedSinceTick;
    private LogFailure failure;
    private CompletableFuture<Void> closed;

    PartitionLog(LogId id, LogStore store, LogConfig config, LogState state, boolean forgetful) {
        super(id, state);
        this.forgetful = forgetful;
        this.store = store;
        this.config = config;
        this.tail = new Tail(store.cachedBytes());
        this.removals = new DelayedRemovals(store.blocking(), config.fileDeleteDelayMs());
        this.snapshots = new PendingSnapshots(removals, state.snapshotIndex());
        this.commitMark.set(state().committedIndex());
    }

    /** Hands the log to its loop. Called there, before anything else. */
    public void start(Executor loop, LogListener toListener) {
        listener = toListener;
        writer = store.writer(id().group(), loop, new Progress());
        writer.setCaching(config.writeCaching());
        readBy(new LogReads(this, store, loop, config.indexIntervalBytes()));
        repairs = new LogRepairs(this, store, loop, writer);
        compaction = new LogCompaction(this, store, writer, snapshots, removals);
        if (store.flusher().failure() != null) {
            writer.fail(store.flusher().failure());
        } else {
            committed(state().committedIndex());
        }
    }

    /**
     * Whether this replica may have acknowledged entries, or given votes, that it does not know of any more: it must neither
     * vote nor stand for election until its group has taken it in anew. Survives restarts.
     */
    public boolean isForgetful() {
        return forgetful;
    }

    /** The group has taken this replica in anew, knowing that it remembered nothing: it is like any other again. */
    public void remember() {
        if (forgetful && failure == null && closed == null) {
            writer.steps().remember(() -> forgetful = false);
            writer.kick();
        }
    }

    /** Bytes appended and not yet written: grows when the disk does not keep up. */
    public long unflushedBytes() {
        return writer.queuedBytes();
    }

    // ---- Changes

    /**
     * Appends one batch, or one Raft entry, as leader: sets its base offset and its term.
     *
     * @param batch one whole batch, its CRC good; ownership passes
     * @param nowMs the present time
     * @return index of its last record
     */
    public long append(ByteBuf batch, int term, long nowMs) {
        appends.append(batch, term, nowMs);
        appendedSinceTick = true;
        return state().lastIndex();
    }

    /**
     * Appends batches as a leader sent them.
     *
     * @param batches whole batches, their CRCs good, the first beginning at {@code lastIndex() + 1}; ownership passes
     * @throws IllegalStateException if one is not the log's next; those before it were appended
     */
    public void appendReplicated(ByteBuf batches, long nowMs) {
        appends.appendReplicated(batches, nowMs);
        appendedSinceTick = true;
    }

    /**
     * Removes the entry at an index and all after it. Nothing happens if the log ends before the index.
     *
     * @throws IllegalArgumentException if the index is committed or does not begin a batch
     */
    public void truncateFrom(long index) {
        if (index > lastIndex()) {
            return;
        }
        requireUsable();
        List<Segment> removed = state().truncateFrom(index, store.rules().forgetSequencesFrom(index));
        tail.truncateFrom(index);
        disk().truncated(index - 1);
        writer.steps()
                .truncate(
                        removed, state().active().baseOffset(), state().active().size());
        writer.steps().reportDone(disk().generation(), lastIndex(), lastTerm());
        snapshots.truncatedFrom(index, state());
        writer.kick();
    }

    /** The owner knows everything up to an index to be committed. An index beyond the log's end counts as its end. */
    public void committed(long index) {
        state().committed(index);
        long start = state().takeLogStart();
        if (start > state().logStartOffset()) {
            advanceLogStart(start);
        }
        snapshots.writeCommitted(state().committedIndex(), writer);
        settle();
    }

    /**
     * Raises the log start offset and lets go of whole segments below it. Remembered at the latest with the segments that
     * go; to have it remembered at once and on all replicas append a {@code LOG_START} entry instead, which does this when
     * it is committed.
     *
     * @param offset not above the high watermark; nothing happens if it is not above the log start offset
     */
    public void advanceLogStart(long offset) {
        if (offset <= state().logStartOffset()) {
            return;
        }
        if (offset > state().endOffset()) {
            throw new IllegalArgumentException("Log start " + offset + " after log end " + state().endOffset());
        }
        boolean allGone = offset == state().endOffset() && state().committedIndex() == state().lastIndex();
        if (allGone && offset > state().active().baseOffset() && failure == null && closed == null) {
            // Else the active segment would be kept with nothing in it that counts.
            roll();
        }
        List<Segment> removed = state().advanceLogStart(offset);
        if (!removed.isEmpty() && failure == null) {
            snapshots.take(state(), removed);
            snapshots.writeCommitted(state().committedIndex(), writer);
        }
    }

    /** What a follower needs that lacks entries before {@link #firstIndex}. */
    public LogSnapshot snapshotForInstall() {
        Snapshot snapshot = state().baseSnapshot();
        return new LogSnapshot(snapshot.index(), snapshot.term(), snapshot.encode());
    }

    /**
     * Replaces the whole log by a leader's snapshot, after which {@code lastIndex()} is the snapshot's.
     * {@link LogListener#durable} reports when that is on disk; until then a crash brings back the old log.
     *
     * @throws io.flotilla.log.state.InvalidSnapshotException if the bytes are not a snapshot; nothing has changed then
     */
    public void installSnapshot(byte[] bytes) {
        requireUsable();
        Snapshot snapshot = Snapshot.decode(bytes);
        replaceState(new LogState(snapshot));
        tail.clear();
        snapshots.replacedAt(snapshot.index());
        disk().truncated(0);
        writer.steps().install(snapshot.index(), bytes, state().active().baseOffset());
        writer.steps().reportDone(disk().generation(), snapshot.index(), snapshot.term());
        writer.kick();
    }

    /**
     * To be called every few seconds: closes a segment that is old enough, forgets producers that were silent too
     * long, frees the memory of a log that is not written to.
     */
    public void tick(long nowMs) {
        if (failure != null || closed != null) {
            return;
        }
        removals.tick(nowMs);
        reads().tick(nowMs);
        if (state().isActiveExpired(config, nowMs)) {
            roll();
            writer.kick();
        }
        state().producers()
                .expire(nowMs, config.producerIdExpirationMs(), config.maxProducerIds(), state().committedIndex());
        if (!appendedSinceTick) {
            tail.trim(disk().durableIndex(), state().committedIndex(), 0, MOST_UNCOMMITTED_CACHE_BYTES);
        }
        appendedSinceTick = false;
    }

    /** Other settings from now on. */
    public void reconfigure(LogConfig newConfig) {
        config = newConfig;
        writer.setCaching(newConfig.writeCaching());
        removals.setDelay(newConfig.fileDeleteDelayMs());
    }

    /**
     * Writes out everything, and a snapshot, so that the next open need not read the log. The log must not be used
     * afterwards, except to call this again.
     *
     * @return completes on the loop when the files are closed, also after a failure of the directory
     */
    public CompletableFuture<Void> close() {
        if (closed != null) {
            return closed;
        }
        closed = new CompletableFuture<>();
        if (failure != null) {
            finishClose();
            return closed;
        }
        // A snapshot stands for committed entries only; the files keep the others, and the next open reads those.
        if (state().committedIndex() < lastIndex()) {
            state().truncateFrom(state().committedIndex() + 1, state().committedIndex() + 1);
        }
        writer.steps().close(state().active());
        snapshots.writeLast(state(), writer);
        writer.steps().finish(this::finishClose);
        writer.kick();
        return closed;
    }

    private void finishClose() {
        tail.clear();
        store.closed(this);
        closed.complete(null);
    }

    // ---- Repairs

    /**
     * Looks through the segment in which a read found damage for where it begins.
     *
     * @return completes on the loop, with null if there is no damage (any more)
     */
    public CompletableFuture<DamagedSpot> findDamage(Damage damage) {
        return repairs.find(damage.file());
    }

    /**
     * Puts committed batches from another replica where damaged ones stand. What stood there is kept in a file beside the
     * segment.
     *
     * @param batches begin with the spot's; ownership passes
     * @return completes on the loop once what it tells is durable
     */
    public CompletableFuture<RepairResult> repair(DamagedSpot spot, ByteBuf batches) {
        return repairs.repair(spot, batches);
    }

    // ---- Compaction

    /** What there is to compact here, and the way back in for what was compacted. */
    public LogCompaction compaction() {
        return compaction;
    }

    // ---- For the rest of the package

    Tail tail() {
        return tail;
    }

    LogWriter writer() {
        return writer;
    }

    /** @throws RuntimeException when nothing may be changed any more */
    void requireUsable() {
        if (failure != null) {
            throw new LogFailedException(failure);
        }
        if (closed != null) {
            throw new IllegalStateException("Log " + id().directoryName() + " is closed");
        }
    }

    /** Begins a new segment. */
    void roll() {
        Segment old = state().active();
        writer.steps().roll(old, state().roll().baseOffset());
        snapshots.take(state(), List.of());
    }

    int generation() {
        return disk().generation();
    }

    boolean isClosed() {
        return closed != null;
    }

    LogConfig config() {
        return config;
    }

    boolean isFailed() {
        return failure != null;
    }

    /** Everything up to here is known to be committed, and durable; any thread. */
    public long commitMark() {
        return commitMark.get();
    }

    /** The directory failed; any thread. */
    void fence(LogFailure cause) {
        LogWriter started = writer;
        if (started != null) {
            started.fail(cause);
        }
    }

    /** Gives back memory without any further work. */
    void abandon() {
        if (writer != null) {
            writer.drop();
        }
        tail.clear();
    }

    // ---- Inside

    /** Frees what durable and committed entries no longer need. */
    private void settle() {
        long wanted = store.isCacheFull() ? 0 : config.cacheBytes();
        tail.trim(disk().durableIndex(), state().committedIndex(), wanted, MOST_UNCOMMITTED_CACHE_BYTES);
        state().dropIndexes(disk().syncedIndex());
        commitMark.lazySet(Math.min(state().committedIndex(), disk().syncedIndex()));
    }

    /** What the background reports, on the loop. */
    private final class Progress implements LogWriter.Progress {
        @Override
        public void done(int ofGeneration, long lastIndex, int term, boolean synced) {
            if (ofGeneration != disk().generation() || closed != null) {
                return;
            }
            boolean news = disk().done(lastIndex, synced);
            settle();
            if (news) {
                listener.durable(lastIndex, term);
            }
        }

        @Override
        public void failed(LogFailure cause) {
            failure = cause;
            compaction.failed();
            if (closed != null) {
                if (!closed.isDone()) {
                    finishClose();
                }
            } else {
                listener.failed(cause);
            }
        }
    }
}
