package io.flotilla.broker.partition;

import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Those who wait for one of a partition's positions to reach a target: a produce for the commit index, a fetch for the high
 * watermark. Each waiter is told exactly once. Used on the partition's loop only.
 */
public final class Waiters {
    /** Told how its wait ended. */
    public interface Waiter {
        /** The position has reached the target. */
        void reached();

        /** It will not be known here: leadership was lost ({@code NOT_LEADER_OR_FOLLOWER}), time ran out, replica stopped. */
        void failed(ErrorCode error);
    }

    private record Entry(long target, long deadlineNanos, Waiter waiter) {}

    private final PriorityQueue<Entry> byTarget = new PriorityQueue<>(Comparator.comparingLong(Entry::target));

    boolean isEmpty() {
        return byTarget.isEmpty();
    }

    /** Waits until the position is at least {@code target}. */
    void await(long target, long deadlineNanos, Waiter waiter) {
        byTarget.add(new Entry(target, deadlineNanos, waiter));
    }

    /** The position has risen. Waiters may wait again from within the call. */
    void advance(long position) {
        while (!byTarget.isEmpty() && byTarget.peek().target() <= position) {
            byTarget.poll().waiter().reached();
        }
    }

    /** Ends the waits whose time is over with {@code REQUEST_TIMED_OUT}. */
    void expire(long nowNanos) {
        List<Entry> expired = null;
        for (Entry entry : byTarget) {
            if (nowNanos - entry.deadlineNanos() >= 0) {
                expired = expired == null ? new ArrayList<>() : expired;
                expired.add(entry);
            }
        }
        if (expired != null) {
            byTarget.removeAll(expired);
            expired.forEach(entry -> entry.waiter().failed(ErrorCode.REQUEST_TIMED_OUT));
        }
    }

    /** Ends all waits. */
    void failAll(ErrorCode error) {
        List<Entry> all = new ArrayList<>(byTarget);
        byTarget.clear();
        all.sort(Comparator.comparingLong(Entry::target));
        all.forEach(entry -> entry.waiter().failed(error));
    }
}
