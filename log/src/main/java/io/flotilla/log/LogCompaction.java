package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.maintain.CompactionPlan;
import io.flotilla.log.segment.CompactedSegment;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.segment.Segment;
import io.flotilla.wire.record.RecordBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The part of compaction that is the log's: what there is to compact, and the swapping in of compacted segments. The files are
 * written elsewhere ({@link io.flotilla.log.maintain.Compactor}). A swap takes its turn among what the {@link LogWriter} does, so that
 * no segment goes away under it. Touched by the log's loop only; one compaction at a time.
 */
public final class LogCompaction {
    /**
     * What there is to compact.
     *
     * @param cleanBytes of segments whose keys were all looked at
     * @param dirtyBytes of closed, committed segments with others
     * @param oldestMs about when the oldest record came that no compaction has looked at, in milliseconds since the epoch, or
     *     {@link RecordBatch#NO_TIMESTAMP} if there is none or that is not known
     */
    public record Backlog(long cleanBytes, long dirtyBytes, long oldestMs) {
        /** The share of the dirty bytes, 0 to 1. */
        public double dirtyRatio() {
            return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
        }
    }

    private final PartitionLog log;
    private final LogStore store;
    private final LogWriter writer;
    private final PendingSnapshots snapshots;
    private final Executor remover;
    private final List<Runnable> waiting = new ArrayList<>();
    private Set<Segment> planned = Set.of();
    private CompletableFuture<Boolean> swapping;
    private long swaps;
    /** The swap has come to the files, or is about to. */
    private volatile boolean underWay;

    LogCompaction(PartitionLog log, LogStore store, LogWriter writer, PendingSnapshots snapshots, Executor remover) {
        this.log = log;
        this.store = store;
        this.writer = writer;
        this.snapshots = snapshots;
        this.remover = remover;
    }

    /** What there is to compact now, without the records that are too young. */
    public Backlog backlog(long nowMs, long minLagMs) {
        LogState state = log.state();
        int end = compactable(nowMs, minLagMs);
        long clean = 0;
        long dirty = 0;
        long oldest = RecordBatch.NO_TIMESTAMP;
        for (int i = 0; i < end; i++) {
            Segment segment = state.segments().get(i);
            if (state.endOffsetOf(i) <= state.compaction().cleanedTo()) {
                clean += segment.size();
            } else {
                if (dirty == 0) {
                    oldest = segment.firstAppendMs() >= 0 ? segment.firstAppendMs() : segment.maxTimestamp();
                }
                dirty += segment.size();
            }
        }
        return new Backlog(clean, dirty, oldest);
    }

    /** How many segments, from the first on, may be compacted: closed, committed, durable, and no longer in memory. */
    private int compactable(long nowMs, long minLagMs) {
        LogState state = log.state();
        long settled = Math.min(state.committedIndex(), log.disk().syncedIndex());
        if (!log.tail().isEmpty()) {
            settled = Math.min(settled, log.tail().firstIndex() - 1);
        }
        int end = 0;
        while (end + 1 < state.segments().size()
                && lastIndexOf(end) <= settled
                && isOldEnough(state.segments().get(end), nowMs, minLagMs)) {
            end++;
        }
        return end;
    }

    private static boolean isOldEnough(Segment segment, long nowMs, long minLagMs) {
        return minLagMs == 0 || nowMs - segment.maxTimestamp() >= minLagMs;
    }

    /**
     * Plans a compaction of all that can be compacted now.
     *
     * @param everywhereIndex all members of the group have the entries up to this index: tombstones of others stay
     * @return null if there is nothing that no compaction has looked at
     */
    public CompactionPlan plan(CompactionSettings settings, long everywhereIndex, long nowMs) {
        if (log.isClosed() || swapping != null) {
            return null;
        }
        LogState state = log.state();
        int end = listed(compactable(nowMs, settings.minLagMs()));
        if (end == 0 || state.endOffsetOf(end - 1) <= state.compaction().cleanedTo()) {
            return null;
        }
        planned = new HashSet<>(state.segments().subList(0, end));
        List<CompactionPlan.Source> sources = new ArrayList<>();
        for (int i = 0; i < end; i++) {
            sources.add(new CompactionPlan.Source(state.segments().get(i).state(), state.endOffsetOf(i)));
        }
        long known = Math.max(state.firstIndex() - 1, Math.min(everywhereIndex, state.committedIndex()));
        return new CompactionPlan(
                store.files().directory(),
                sources,
                state.compaction().cleanedTo(),
                state.termStarts().from(state.firstIndex()),
                state.producers().batchOffsets(),
                store.rules().tombstonesBelow(state.raftEntries().offsetAfter(known)),
                nowMs,
                settings.deleteRetentionMs(),
                log.config().segmentBytes(),
                log.config().indexIntervalBytes(),
                settings.keyMapBytes());
    }

    /**
     * How many of the first segments a snapshot lists as closed that is written before anything that is queued from now on:
     * recovery must not take a compacted segment for one that was being written.
     */
    private int listed(int end) {
        LogState state = log.state();
        // Of a log that is idle nothing else may be committed that would have them written.
        snapshots.writeCommitted(state.committedIndex(), writer);
        if (end > 0 && lastIndexOf(end - 1) > snapshots.writtenIndex() && snapshots.isEmpty()) {
            snapshots.take(state, List.of());
            snapshots.writeCommitted(state.committedIndex(), writer);
        }
        int result = end;
        while (result > 0 && lastIndexOf(result - 1) > snapshots.writtenIndex()) {
            result--;
        }
        return result;
    }

    /** Index of the last entry of a closed segment. */
    private long lastIndexOf(int segment) {
        return log.state().segments().get(segment + 1).baseIndex() - 1;
    }

    /** Where the files are. */
    public FileSystem files() {
        return store.fileSystem();
    }

    /**
     * Puts a compacted segment in the place of those that it was made of, durably.
     *
     * @return completes on the loop: false if they are no longer part of the log, or it cannot be written to any more
     */
    public CompletableFuture<Boolean> swap(CompactedSegment compacted) {
        if (log.isClosed() || log.isFailed() || swapping != null || find(compacted) < 0) {
            return CompletableFuture.completedFuture(false);
        }
        swapping = new CompletableFuture<>();
        underWay = false;
        writer.steps().swap(compacted, () -> underWay = true, remover, () -> swapped(compacted));
        writer.kick();
        return swapping;
    }

    private void swapped(CompactedSegment compacted) {
        int from = log.isClosed() ? -1 : find(compacted);
        if (from >= 0) {
            log.state().compacted(from, from + compacted.replaced().size(), compacted.state());
            snapshots.take(log.state(), List.of());
            snapshots.writeCommitted(log.state().committedIndex(), writer);
        }
        endSwap(from >= 0);
    }

    /** The directory failed: nothing is swapped any more. */
    void failed() {
        endSwap(false);
    }

    private void endSwap(boolean done) {
        CompletableFuture<Boolean> ended = swapping;
        if (ended != null) {
            swapping = null;
            swaps++;
            List<Runnable> tasks = List.copyOf(waiting);
            waiting.clear();
            tasks.forEach(Runnable::run);
            ended.complete(done);
        }
    }

    /** Position of the first of the segments that a compacted one was made of, or -1 if they are not all there as they were. */
    private int find(CompactedSegment compacted) {
        List<Segment> segments = log.state().segments();
        int from = log.state().segmentStarting(compacted.state().baseOffset());
        for (int i = 0; from >= 0 && i < compacted.replaced().size(); i++) {
            Segment segment = from + i < segments.size() ? segments.get(from + i) : null;
            if (!planned.contains(segment)
                    || segment.baseOffset() != compacted.replaced().get(i)) {
                return -1;
            }
        }
        return from;
    }

    /** A compaction has looked at the keys of all records below an offset. */
    public void cleaned(long offset) {
        if (!log.isClosed() && !log.isFailed()) {
            log.state().cleaned(offset);
            snapshots.take(log.state(), List.of());
            snapshots.writeCommitted(log.state().committedIndex(), writer);
        }
    }

    // ---- For readers of files

    /** How many swaps have ended. */
    long swaps() {
        return swaps;
    }

    /**
     * Whether a file may have been another one than a read that began then took it for. A swap that only waits for its turn, which
     * takes long while the disk is full, is in nobody's way.
     */
    boolean isSwappedSince(long swapsThen) {
        return swaps != swapsThen || swapping != null && underWay;
    }

    /** Whether a swap waits or is under way. */
    boolean isSwapping() {
        return swapping != null;
    }

    /** Runs a task once no swap is under way. */
    void afterSwap(Runnable task) {
        if (swapping == null) {
            task.run();
        } else {
            waiting.add(task);
        }
    }
}
