package io.flotilla.log.segment;

import io.flotilla.log.index.SegmentIndex;
import io.flotilla.log.state.SegmentState;

/** A segment file as its log's loop knows it: what has been appended, written or not. Not thread-safe. */
public final class Segment {
    private final long baseOffset;
    private final long baseIndex;
    private long size;
    /** When the first batch came, in milliseconds; -1 before. */
    private long firstAppendMs = -1;

    private long maxTimestamp;
    private long maxTimestampOffset;
    /** Null once nothing can change any more and the index files hold the same. */
    private SegmentIndex index;

    /** An empty segment. */
    public Segment(long baseOffset, long baseIndex) {
        this.baseOffset = baseOffset;
        this.baseIndex = baseIndex;
        this.index = new SegmentIndex(baseOffset);
        this.maxTimestamp = index.maxTimestamp();
        this.maxTimestampOffset = baseOffset;
    }

    /** A segment that will not change, as a snapshot lists it. */
    public Segment(SegmentState state) {
        this.baseOffset = state.baseOffset();
        this.baseIndex = state.baseIndex();
        this.size = state.size();
        this.maxTimestamp = state.maxTimestamp();
        this.maxTimestampOffset = state.maxTimestampOffset();
    }

    /** The snapshot's line for this segment now. */
    public SegmentState state() {
        return new SegmentState(baseOffset, baseIndex, size, maxTimestamp, maxTimestampOffset);
    }

    /** Offset of its first record, which also names its files. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Index of its first entry. */
    public long baseIndex() {
        return baseIndex;
    }

    /** Bytes appended. */
    public long size() {
        return size;
    }

    /** Largest record timestamp, or -1 without records. */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** Last offset of the first batch that has the largest timestamp. */
    public long maxTimestampOffset() {
        return maxTimestampOffset;
    }

    /** When the first batch came, in milliseconds; -1 before. */
    public long firstAppendMs() {
        return firstAppendMs;
    }

    /** The sparse indexes, or null when they are only in files. */
    public SegmentIndex index() {
        return index;
    }

    void appendRaftEntry(int bytes, long nowMs) {
        grow(bytes, nowMs);
    }

    void appendRecords(int bytes, long lastOffset, long batchMaxTimestamp, int indexInterval, long nowMs) {
        index.append(lastOffset, size, batchMaxTimestamp, indexInterval);
        maxTimestamp = index.maxTimestamp();
        maxTimestampOffset = index.maxTimestampOffset();
        grow(bytes, nowMs);
    }

    private void grow(int bytes, long nowMs) {
        size += bytes;
        if (firstAppendMs < 0) {
            firstAppendMs = nowMs;
        }
    }

    void truncate(long toSize, long fromOffset, long maxTimestampBefore, long maxTimestampOffsetBefore) {
        size = toSize;
        maxTimestamp = maxTimestampBefore;
        maxTimestampOffset = maxTimestampOffsetBefore;
        index.truncate(fromOffset, maxTimestampBefore, maxTimestampOffsetBefore);
        if (size == 0) {
            firstAppendMs = -1;
        }
    }

    /** Takes the indexes of a segment that is appended to after its log was opened. */
    public void restoreIndex(SegmentIndex restored, long nowMs) {
        index = restored;
        firstAppendMs = size > 0 ? nowMs : -1;
    }

    void dropIndex() {
        index = null;
    }
}
