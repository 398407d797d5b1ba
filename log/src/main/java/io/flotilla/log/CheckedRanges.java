package io.flotilla.log;

import io.flotilla.log.segment.FileRanges;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Which parts of a log's files are known to be as they were written, because this process wrote or checked them a short time
 * ago. What a disk changes after that is not noticed before the knowledge has expired, so it expires soon, all at once.
 * Touched by the log's loop only.
 */
final class CheckedRanges {
    private final LongSupplier lastingMs;
    private final Map<Long, FileRanges> bySegment = new HashMap<>();
    private long expiredMs;
    private long lastSegment = -1;
    private FileRanges last;

    /** @param lastingMs how long to know it, in milliseconds; 0: not at all */
    CheckedRanges(LongSupplier lastingMs) {
        this.lastingMs = lastingMs;
    }

    /** The positions from one to before another were written or found good just now. */
    void add(long segment, long from, long to) {
        if (to <= from || lastingMs.getAsLong() == 0) {
            return;
        }
        if (segment != lastSegment) {
            last = bySegment.computeIfAbsent(segment, base -> new FileRanges());
            lastSegment = segment;
        }
        last.add(from, to);
    }

    /** What is known of a segment, for another thread. */
    FileRanges of(long segment) {
        FileRanges ranges = bySegment.get(segment);
        return ranges == null ? FileRanges.NONE : ranges.copy();
    }

    /** Nothing is known any more. */
    void clear() {
        bySegment.clear();
        last = null;
        lastSegment = -1;
    }

    /** To be called every few seconds. */
    void tick(long nowMs) {
        if (nowMs - expiredMs >= lastingMs.getAsLong()) {
            expiredMs = nowMs;
            clear();
        }
    }
}
