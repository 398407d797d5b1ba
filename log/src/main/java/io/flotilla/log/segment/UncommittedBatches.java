package io.flotilla.log.segment;

import java.util.Arrays;

/**
 * What a truncation needs to know about the batches it may remove: a ring of those not known to be committed. Not
 * thread-safe.
 */
final class UncommittedBatches {
    /** Longs per batch: first index, position, and the segment's largest timestamp and its offset before the batch. */
    private static final int STRIDE = 4;

    private static final int INITIAL = 64;

    private long[] ring = new long[INITIAL * STRIDE];
    private int head;
    private int size;

    void add(long firstIndex, Segment segment) {
        if (size * STRIDE == ring.length) {
            grow();
        }
        int at = at(size++);
        ring[at] = firstIndex;
        ring[at + 1] = segment.size();
        ring[at + 2] = segment.maxTimestamp();
        ring[at + 3] = segment.maxTimestampOffset();
    }

    /** Forgets the batches that begin at or before an index. */
    void committed(long index) {
        while (size > 0 && ring[at(0)] <= index) {
            head = (head + 1) % (ring.length / STRIDE);
            size--;
        }
    }

    /** Forgets the batches from a number on. */
    void truncate(int number) {
        size = number;
    }

    /** Number of the batch that begins at an index, from 0; -1 if none does. */
    int find(long firstIndex) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long value = ring[at(middle)];
            if (value == firstIndex) {
                return middle;
            } else if (value < firstIndex) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    long position(int number) {
        return ring[at(number) + 1];
    }

    long maxTimestampBefore(int number) {
        return ring[at(number) + 2];
    }

    long maxTimestampOffsetBefore(int number) {
        return ring[at(number) + 3];
    }

    private int at(int number) {
        return (head + number) % (ring.length / STRIDE) * STRIDE;
    }

    private void grow() {
        int first = ring.length - head * STRIDE;
        long[] larger = Arrays.copyOf(Arrays.copyOfRange(ring, head * STRIDE, ring.length), ring.length * 2);
        System.arraycopy(ring, 0, larger, first, head * STRIDE);
        ring = larger;
        head = 0;
    }
}
