package io.flotilla.log.segment;

import io.flotilla.log.Configuration;
import io.flotilla.log.LogConfig;
import io.flotilla.log.index.RaftEntries;
import io.flotilla.log.index.TermStarts;
import io.flotilla.log.state.CompactionMarks;
import io.flotilla.log.state.ProducerState;
import io.flotilla.log.state.SegmentState;
import io.flotilla.log.state.Snapshot;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a log knows about its entries beside their bytes: where they are, which are Raft's, terms, producers. Appending,
 * truncating and replaying after a crash go through here, so they cannot disagree. No I/O. Not thread-safe.
 */
public final class LogState {
    private final RaftEntries raftEntries;
    private final TermStarts termStarts;
    private final ProducerState producers;
    /** The configuration in force before the first index, then those in the log. */
    private final List<Configuration> configurations;
    /** Oldest first; the last is the active one. Never empty. */
    private final List<Segment> segments = new ArrayList<>();

    private CompactionMarks compaction;
    private final UncommittedBatches uncommitted = new UncommittedBatches();

    /** A Raft entry that raises the log start offset once it is committed. */
    private record LogStart(long index, long offset) {}

    /** Those not committed, by index. */
    private final List<LogStart> logStarts = new ArrayList<>();

    private long logStartOffset;
    private long lastIndex;
    private long endOffset;
    private long committedIndex;
    private long snapshotIndex;
    private long closedBytes;

    /** The state as of a snapshot. The index of its last segment is still to be restored if the segment has records. */
    public LogState(Snapshot snapshot) {
        raftEntries = snapshot.raftEntries();
        termStarts = snapshot.termStarts();
        producers = snapshot.producers();
        configurations = new ArrayList<>(snapshot.configurations());
        logStartOffset = snapshot.logStartOffset();
        lastIndex = snapshot.index();
        endOffset = snapshot.endOffset();
        committedIndex = snapshot.index();
        snapshotIndex = snapshot.index();
        compaction = snapshot.compaction();
        for (SegmentState state : snapshot.segments()) {
            addSegment(state.size() == 0 ? new Segment(state.baseOffset(), state.baseIndex()) : new Segment(state));
        }
    }

    /** What is known about a log just created. */
    public static Snapshot emptySnapshot(byte[] configuration) {
        return new Snapshot(
                0,
                0,
                0,
                List.of(new SegmentState(0, 1, 0, RecordBatch.NO_TIMESTAMP, 0)),
                new RaftEntries(),
                new TermStarts(),
                List.of(new Configuration(0, configuration)),
                new ProducerState(),
                CompactionMarks.NONE);
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    public long endOffset() {
        return endOffset;
    }

    public long firstIndex() {
        return segments.get(0).baseIndex();
    }

    public long lastIndex() {
        return lastIndex;
    }

    public long committedIndex() {
        return committedIndex;
    }

    /** Index of the snapshot that this was restored from. */
    public long snapshotIndex() {
        return snapshotIndex;
    }

    /** How far compaction has come. */
    public CompactionMarks compaction() {
        return compaction;
    }

    public RaftEntries raftEntries() {
        return raftEntries;
    }

    public TermStarts termStarts() {
        return termStarts;
    }

    public ProducerState producers() {
        return producers;
    }

    public List<Configuration> configurations() {
        return configurations;
    }

    /** Oldest first; the last is the active one. */
    public List<Segment> segments() {
        return segments;
    }

    public Segment active() {
        return segments.get(segments.size() - 1);
    }

    public long sizeInBytes() {
        return closedBytes + active().size();
    }

    /** Position in {@link #segments} of the one that holds an index, or would hold the next one. */
    public int segmentOf(long index) {
        int low = 0;
        int high = segments.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).baseIndex() <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.max(0, low - 1);
    }

    /** Position in {@link #segments} of the one with a base offset, or -1. */
    public int segmentStarting(long baseOffset) {
        for (int i = 0; i < segments.size(); i++) {
            if (segments.get(i).baseOffset() == baseOffset) {
                return i;
            }
        }
        return -1;
    }

    /** Offset after the last record of a segment. */
    public long endOffsetOf(int segment) {
        return segment + 1 < segments.size() ? segments.get(segment + 1).baseOffset() : endOffset;
    }

    /**
     * Whether a batch belongs into a new segment. A segment without records is never closed, so that base offsets, and with
     * them file names, stay unique.
     */
    public boolean shouldRoll(RecordBatch batch, LogConfig config, long nowMs) {
        Segment active = active();
        return active.size() > 0
                && !batch.isRaftEntry()
                && (active.size() + batch.sizeInBytes() > config.segmentBytes()
                        || nowMs - active.firstAppendMs() >= config.segmentMs()
                        || batch.lastOffset() - active.baseOffset() > Integer.MAX_VALUE)
                && endOffset > active.baseOffset();
    }

    /** Whether the active segment is old enough to be closed. */
    public boolean isActiveExpired(LogConfig config, long nowMs) {
        Segment active = active();
        return endOffset > active.baseOffset() && nowMs - active.firstAppendMs() >= config.segmentMs();
    }

    /**
     * The state before the first index: what a follower must have before the entries that are here. Producers that wrote
     * before it keep what was remembered of them; the others come with the entries.
     */
    public Snapshot baseSnapshot() {
        long index = firstIndex() - 1;
        long offset = segments.get(0).baseOffset();
        ByteBuf copy = Unpooled.buffer();
        raftEntries.writeTo(copy);
        termStarts.writeTo(copy);
        RaftEntries raftEntriesBefore = RaftEntries.readFrom(copy);
        TermStarts termStartsBefore = TermStarts.readFrom(copy);
        raftEntriesBefore.truncateFrom(index + 1);
        termStartsBefore.truncateFrom(index + 1);
        return new Snapshot(
                index,
                termStarts.termAt(index),
                logStartOffset,
                List.of(new SegmentState(offset, index + 1, 0, RecordBatch.NO_TIMESTAMP, offset)),
                raftEntriesBefore,
                termStartsBefore,
                configurations.subList(0, 1),
                producers,
                CompactionMarks.NONE);
    }

    /** Begins a new segment at the end of the log. */
    public Segment roll() {
        if (endOffset == active().baseOffset()) {
            throw new IllegalStateException("Segment " + endOffset + " has no records to close it for");
        }
        Segment segment = new Segment(endOffset, lastIndex + 1);
        addSegment(segment);
        return segment;
    }

    private void addSegment(Segment segment) {
        if (!segments.isEmpty()) {
            closedBytes += active().size();
        }
        segments.add(segment);
    }

    /** What keeps a batch from being the log's next, or null. */
    public String objection(RecordBatch batch) {
        if (batch.baseOffset() != endOffset) {
            return "base offset " + batch.baseOffset() + " where " + endOffset + " belongs";
        }
        String wrongTerm = TermRule.objection(batch, termStarts.lastTerm());
        if (wrongTerm != null) {
            return wrongTerm;
        }
        if (!batch.isRaftEntry() && batch.lastOffsetDelta() < 0) {
            return "last offset delta " + batch.lastOffsetDelta();
        }
        return null;
    }

    /** Takes the next batch into the active segment; it must have its offset and term. */
    public void append(RecordBatch batch, LogConfig config, long nowMs) {
        String objection = objection(batch);
        if (objection != null) {
            throw new IllegalStateException("Batch at index " + (lastIndex + 1) + ": " + objection);
        }
        RaftEntryBatch raftEntry = batch.isRaftEntry() ? RaftEntryBatch.parse(batch) : null;
        Segment active = active();
        long firstIndex = lastIndex + 1;
        if (firstIndex > committedIndex) {
            uncommitted.add(firstIndex, active);
        }
        termStarts.append(batch.partitionLeaderEpoch(), firstIndex, endOffset);
        if (raftEntry != null) {
            lastIndex = firstIndex;
            raftEntries.add(firstIndex);
            note(raftEntry);
            active.appendRaftEntry(batch.sizeInBytes(), nowMs);
            return;
        }
        lastIndex += batch.offsetCount();
        endOffset = batch.nextOffset();
        producers.append(batch, lastIndex, committedIndex, nowMs);
        active.appendRecords(
                batch.sizeInBytes(), batch.lastOffset(), batch.latestTimestamp(), config.indexIntervalBytes(), nowMs);
        if (batch.isCompacted()) {
            altered(endOffset);
        }
    }

    /** Other replicas may hold other bytes below an offset. */
    private void altered(long offset) {
        compaction = new CompactionMarks(compaction.cleanedTo(), Math.max(compaction.alteredTo(), offset));
    }

    /** The keys of all records below an offset were looked at by a compaction. */
    public void cleaned(long offset) {
        compaction = new CompactionMarks(Math.max(compaction.cleanedTo(), offset), compaction.alteredTo());
    }

    /**
     * Compaction has made one segment of several closed neighbours, or of one.
     *
     * @param from position of the first in {@link #segments}
     * @param to position after the last; another segment stands there
     */
    public void compacted(int from, int to, SegmentState state) {
        List<Segment> replaced = segments.subList(from, to);
        replaced.forEach(segment -> closedBytes -= segment.size());
        replaced.clear();
        segments.add(from, new Segment(state));
        closedBytes += state.size();
        altered(endOffsetOf(from));
    }

    private void note(RaftEntryBatch entry) {
        switch (entry.type()) {
            case VOTERS -> configurations.add(new Configuration(lastIndex, ByteBufUtil.getBytes(entry.value())));
            case LOG_START -> logStarts.add(new LogStart(lastIndex, entry.logStartOffset()));
            case LEADER_CHANGE -> {}
        }
    }

    /**
     * Removes the batch that begins at an index, and all after it.
     *
     * @param sequencesFrom what is known of producers from this index on is forgotten
     * @return the segments removed with it, newest first; the active segment has the size it is to be cut to
     */
    public List<Segment> truncateFrom(long index, long sequencesFrom) {
        int number = index > committedIndex ? uncommitted.find(index) : -1;
        if (number < 0) {
            throw new IllegalArgumentException("Cannot truncate from index " + index + ": committed to "
                    + committedIndex + ", last " + lastIndex + ", or not the begin of a batch");
        }
        List<Segment> removed = new ArrayList<>();
        while (active().baseIndex() > index) {
            removed.add(segments.remove(segments.size() - 1));
            closedBytes -= active().size();
        }
        long offset = raftEntries.offsetAfter(index - 1);
        active().truncate(
                        uncommitted.position(number),
                        offset,
                        uncommitted.maxTimestampBefore(number),
                        uncommitted.maxTimestampOffsetBefore(number));
        uncommitted.truncate(number);
        raftEntries.truncateFrom(index);
        termStarts.truncateFrom(index);
        producers.truncateFrom(sequencesFrom);
        configurations.removeIf(configuration -> configuration.index() >= index);
        logStarts.removeIf(start -> start.index() >= index);
        lastIndex = index - 1;
        endOffset = offset;
        compaction = new CompactionMarks(compaction.cleanedTo(), Math.min(compaction.alteredTo(), offset));
        return removed;
    }

    /** Everything up to an index is committed and will not be truncated. */
    public void committed(long index) {
        if (index > committedIndex) {
            committedIndex = Math.min(index, lastIndex);
            uncommitted.committed(committedIndex);
        }
    }

    /** The log start offset that committed entries ask for: {@link #advanceLogStart} to it. Each entry is told once. */
    public long takeLogStart() {
        long start = logStartOffset;
        while (!logStarts.isEmpty() && logStarts.get(0).index() <= committedIndex) {
            start = Math.max(start, logStarts.remove(0).offset());
        }
        return start;
    }

    /** Frees the indexes of closed segments that cannot change and whose index files are written. */
    public void dropIndexes(long durableIndex) {
        long settled = Math.min(durableIndex, committedIndex);
        for (int i = segments.size() - 2; i >= 0 && segments.get(i).index() != null; i--) {
            // Durable beyond a segment means that it was closed, index files and all, before what came next.
            if (segments.get(i + 1).baseIndex() <= settled) {
                segments.get(i).dropIndex();
            }
        }
    }

    /**
     * Raises the log start offset.
     *
     * @return the segments that hold nothing at or above it any more, oldest first; they are no longer part of the log
     */
    public List<Segment> advanceLogStart(long offset) {
        logStartOffset = Math.max(logStartOffset, offset);
        int gone = 0;
        while (gone + 1 < segments.size()
                && segments.get(gone + 1).baseOffset() <= logStartOffset
                // A segment can end with Raft entries that are not committed though all its records are.
                && segments.get(gone + 1).baseIndex() - 1 <= committedIndex) {
            gone++;
        }
        List<Segment> old = segments.subList(0, gone);
        List<Segment> removed = List.copyOf(old);
        removed.forEach(segment -> closedBytes -= segment.size());
        old.clear();
        if (gone > 0) {
            raftEntries.dropBefore(firstIndex());
            termStarts.dropBefore(firstIndex());
            while (configurations.size() > 1 && configurations.get(1).index() < firstIndex()) {
                configurations.remove(0);
            }
        }
        return removed;
    }

    /**
     * The state as of the last index, for when that is committed. It shares its parts: encode it before anything changes.
     */
    public Snapshot snapshot() {
        long start = logStarts.stream().mapToLong(LogStart::offset).reduce(logStartOffset, Math::max);
        return new Snapshot(
                lastIndex,
                termStarts.lastTerm(),
                start,
                segments.stream().map(Segment::state).toList(),
                raftEntries,
                termStarts,
                configurations,
                producers,
                compaction);
    }
}
