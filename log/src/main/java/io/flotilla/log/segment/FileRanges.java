package io.flotilla.log.segment;

import java.util.Arrays;

/** Ranges of positions in a file, disjoint and in order; those that touch become one. Not thread-safe. */
public final class FileRanges {
    /** None at all. */
    public static final FileRanges NONE = new FileRanges();

    private static final int MOST_RANGES = 64;

    /** Begin and end of each. */
    private long[] bounds = new long[2];

    private int count;

    /** Adds the positions from one to before another. With too many ranges apart from each other, others are forgotten. */
    public void add(long from, long to) {
        int first = 0;
        while (first < count && bounds[2 * first + 1] < from) {
            first++;
        }
        long begin = from;
        long end = to;
        int next = first;
        while (next < count && bounds[2 * next] <= to) {
            begin = Math.min(begin, bounds[2 * next]);
            end = Math.max(end, bounds[2 * next + 1]);
            next++;
        }
        if (next == first && count == MOST_RANGES) {
            count = 0;
            first = 0;
            next = 0;
        }
        int newCount = count - (next - first) + 1;
        if (2 * newCount > bounds.length) {
            bounds = Arrays.copyOf(bounds, 4 * newCount);
        }
        System.arraycopy(bounds, 2 * next, bounds, 2 * (first + 1), 2 * (count - next));
        bounds[2 * first] = begin;
        bounds[2 * first + 1] = end;
        count = newCount;
    }

    /** Where the range ends that holds a position; the position itself if none does. */
    public long endFrom(long position) {
        for (int i = 0; i < count; i++) {
            if (bounds[2 * i] <= position && position < bounds[2 * i + 1]) {
                return bounds[2 * i + 1];
            }
        }
        return position;
    }

    /** The same ranges, for another thread. */
    public FileRanges copy() {
        FileRanges copy = new FileRanges();
        copy.bounds = Arrays.copyOf(bounds, Math.max(2, 2 * count));
        copy.count = count;
        return copy;
    }
}
