package io.flotilla.raft.core;

import java.util.Arrays;

/**
 * A queue of (last index, bytes) with limits: requests in flight to a follower, or proposals not yet committed. Something
 * fits as long as the queue is below both limits, so one item may exceed the bytes.
 */
final class Window {
    private final int maxCount;
    private final long maxBytes;
    private long[] lastIndexes = new long[8];
    private int[] sizes = new int[8];
    private int head;
    private int count;
    private long bytes;

    Window(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    boolean isFull() {
        return count >= maxCount || bytes >= maxBytes;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    void add(long lastIndex, int size) {
        if (count == sizes.length) {
            grow();
        }
        int tail = (head + count) % sizes.length;
        lastIndexes[tail] = lastIndex;
        sizes[tail] = size;
        count++;
        bytes += size;
    }

    /** Removes everything up to {@code index}: it arrived. */
    void freeTo(long index) {
        while (count > 0 && lastIndexes[head] <= index) {
            bytes -= sizes[head];
            head = (head + 1) % sizes.length;
            count--;
        }
    }

    /** Removes everything beyond {@code index}: it was lost. */
    void dropAfter(long index) {
        while (count > 0) {
            int tail = (head + count - 1) % sizes.length;
            if (lastIndexes[tail] <= index) {
                return;
            }
            bytes -= sizes[tail];
            count--;
        }
    }

    void clear() {
        count = 0;
        bytes = 0;
    }

    private void grow() {
        int length = sizes.length;
        long[] moreIndexes = Arrays.copyOf(lastIndexes, length * 2);
        int[] moreSizes = Arrays.copyOf(sizes, length * 2);
        for (int i = 0; i < count; i++) {
            moreIndexes[i] = lastIndexes[(head + i) % length];
            moreSizes[i] = sizes[(head + i) % length];
        }
        lastIndexes = moreIndexes;
        sizes = moreSizes;
        head = 0;
    }
}
