package io.flotilla.log.index;

import io.flotilla.wire.record.RecordBatch;
import java.util.Arrays;

/**
 * The sparse indexes of one segment, in memory: of offsets, and of times. About every {@code interval} bytes the next batch
 * of records is noted, never the segment's first. Kept for segments that still change; see {@link IndexFiles} for the
 * others. Not thread-safe.
 */
public final class SegmentIndex {
    private final long baseOffset;

    /** Offset index: relative last offset of a batch, and the batch's position in the file. */
    private int[] offsets = new int[8];

    private int[] positions = new int[8];
    private int size;

    /** Time index: a timestamp no earlier record reached, and the relative last offset of the batch that did. */
    private long[] times = new long[4];

    private int[] timeOffsets = new int[4];
    private int timesSize;

    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestampOffset;

    public SegmentIndex(long baseOffset) {
        this.baseOffset = baseOffset;
        this.maxTimestampOffset = baseOffset;
    }

    public long baseOffset() {
        return baseOffset;
    }

    /** Largest record timestamp so far, or {@link RecordBatch#NO_TIMESTAMP}. */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** Last offset of the first batch that has the largest timestamp. */
    public long maxTimestampOffset() {
        return maxTimestampOffset;
    }

    /** Notes a batch of records (not a Raft entry) appended at a position. */
    public void append(long lastOffset, long position, long batchMaxTimestamp, int interval) {
        if (batchMaxTimestamp > maxTimestamp) {
            maxTimestamp = batchMaxTimestamp;
            maxTimestampOffset = lastOffset;
        }
        int previous = size == 0 ? 0 : positions[size - 1];
        if (position > 0 && position - previous > interval) {
            addOffset((int) (lastOffset - baseOffset), (int) position);
            addTime();
        }
    }

    /** Adds the newest maximum to the time index, as before the index is written for good. */
    public void addTime() {
        if (timesSize > 0 && times[timesSize - 1] >= maxTimestamp || maxTimestamp == RecordBatch.NO_TIMESTAMP) {
            return;
        }
        if (timesSize == times.length) {
            times = Arrays.copyOf(times, timesSize * 2);
            timeOffsets = Arrays.copyOf(timeOffsets, timesSize * 2);
        }
        times[timesSize] = maxTimestamp;
        timeOffsets[timesSize++] = (int) (maxTimestampOffset - baseOffset);
    }

    /** Forgets batches from an offset on; the maximum becomes what it was before that offset. */
    public void truncate(long fromOffset, long maxTimestampBefore, long maxTimestampOffsetBefore) {
        while (size > 0 && baseOffset + offsets[size - 1] >= fromOffset) {
            size--;
        }
        while (timesSize > 0 && baseOffset + timeOffsets[timesSize - 1] >= fromOffset) {
            timesSize--;
        }
        maxTimestamp = maxTimestampBefore;
        maxTimestampOffset = maxTimestampOffsetBefore;
    }

    /** Position of the nearest known batch that ends before an offset; at worst the segment's start. */
    public int positionBefore(long offset) {
        int at = Arrays.binarySearch(offsets, 0, size, (int) Math.min(offset - baseOffset, Integer.MAX_VALUE));
        int slot = at >= 0 ? at - 1 : -at - 2;
        return slot < 0 ? 0 : positions[slot];
    }

    /** An offset before which no record is as late as a timestamp, except in the same batch. */
    public long offsetBeforeTime(long timestamp) {
        int at = Arrays.binarySearch(times, 0, timesSize, timestamp);
        int slot = at >= 0 ? at : -at - 2;
        return slot < 0 ? baseOffset : baseOffset + timeOffsets[slot];
    }

    /** Slot of the last time entry whose batch lies wholly below an offset, or -1. */
    public int timeSlotBelow(long offset) {
        int slot = timesSize - 1;
        while (slot >= 0 && baseOffset + timeOffsets[slot] >= offset) {
            slot--;
        }
        return slot;
    }

    public long timeAt(int slot) {
        return times[slot];
    }

    public long timeOffsetAt(int slot) {
        return baseOffset + timeOffsets[slot];
    }

    /** Number of offset entries. */
    public int size() {
        return size;
    }

    /** The last offset that an offset entry names. */
    public long offsetAt(int slot) {
        return baseOffset + offsets[slot];
    }

    /** The position that an offset entry names, in bytes. */
    public int positionAt(int slot) {
        return positions[slot];
    }

    int relativeOffset(int slot) {
        return offsets[slot];
    }

    int position(int slot) {
        return positions[slot];
    }

    /** Number of time entries. */
    public int timesSize() {
        return timesSize;
    }

    int timeRelativeOffset(int slot) {
        return timeOffsets[slot];
    }

    void addOffset(int relativeOffset, int position) {
        if (size == offsets.length) {
            offsets = Arrays.copyOf(offsets, size * 2);
            positions = Arrays.copyOf(positions, size * 2);
        }
        offsets[size] = relativeOffset;
        positions[size++] = position;
    }

    void restoreTime(long timestamp, int relativeOffset) {
        maxTimestamp = timestamp;
        maxTimestampOffset = baseOffset + relativeOffset;
        addTime();
    }
}
