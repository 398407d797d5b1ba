package io.flotilla.log.maintain;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.index.TermStart;
import io.flotilla.log.segment.BatchFileScan;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.state.SegmentState;
import io.flotilla.wire.record.RecordBatch;
import java.io.IOException;
import java.util.List;

/**
 * Reads a segment file that is not the one that a snapshot lists, and tells whether it is what compaction made of it and
 * perhaps of those after it: batches and Raft entries in their places and terms, without a gap, up to exactly where a listed
 * segment begins. Nothing else than compaction leaves that. Blocking; used once.
 */
final class CompactedScan {
    private final LogState state;
    private final List<TermStart> terms;
    private final SegmentState first;
    private final long size;
    private final boolean whole;
    private long index;
    private long offset;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestampOffset;

    CompactedScan(FileHandle file, Segment segment, LogState state) throws IOException {
        this(file, segment, state, file.size());
    }

    private CompactedScan(FileHandle file, Segment segment, LogState state, long size) throws IOException {
        this.state = state;
        this.terms = state.termStarts().list();
        this.first = segment.state();
        this.size = size;
        this.index = first.baseIndex();
        this.offset = first.baseOffset();
        this.maxTimestampOffset = offset;
        this.whole = new BatchFileScan(file, 0, size).run(this::take) == null;
    }

    /** Why the part of the last segment that a snapshot stands for is not what it was then, or null. */
    static String objection(FileHandle file, Segment segment, LogState state) throws IOException {
        CompactedScan scan = new CompactedScan(file, segment, state, segment.size());
        boolean same = scan.whole && scan.index == state.lastIndex() + 1 && scan.offset == state.endOffset();
        return same ? null : "is not what it was when the snapshot was written";
    }

    private String take(RecordBatch batch) {
        boolean fits = batch.baseOffset() == offset
                && batch.partitionLeaderEpoch() == TermStart.termAt(terms, index)
                && batch.isRaftEntry() == state.raftEntries().contains(index);
        if (!fits) {
            return "does not belong here";
        }
        index += batch.isRaftEntry() ? 1 : batch.offsetCount();
        offset = batch.nextOffset();
        if (batch.latestTimestamp() > maxTimestamp) {
            maxTimestamp = batch.latestTimestamp();
            maxTimestampOffset = batch.lastOffset();
        }
        return null;
    }

    /** Whether it is. */
    boolean isGood() {
        return whole && segments() > 0;
    }

    /** How many of the listed segments it stands for; 0 if it does not end where one ends that is closed. */
    int segments() {
        int from = state.segmentStarting(first.baseOffset());
        int next = state.segmentStarting(offset);
        return next > from && state.segments().get(next).baseIndex() == index ? next - from : 0;
    }

    /** The segment that it is. */
    SegmentState state() {
        return new SegmentState(first.baseOffset(), first.baseIndex(), size, maxTimestamp, maxTimestampOffset);
    }
}
