package io.flotilla.broker.partition;

import io.flotilla.wire.frame.ErrorCode;
import java.util.function.Predicate;

/**
 * Those who wait for one of a partition's positions to reach a target: a produce for the commit index, a fetch for the high
 * watermark. Each is told exactly once, unless it gives up. Kept in order of targets, which is nearly the order of arrival, so
 * adding and removing are cheap. Used on the partition's loop only.
 */
public final class Waiters {
    /** One wait; a link of the list it waits in. */
    public abstract static class Wait {
        private Waiters owner;
        private Wait before;
        private Wait after;
        private long target;
        private long deadlineNanos;

        /** The position has reached the target. */
        protected abstract void reached();

        /** It will not be known here: leadership was lost ({@code NOT_LEADER_OR_FOLLOWER}), time ran out, replica stopped. */
        protected abstract void failed(ErrorCode error);

        /** Gives up; neither of the above will be called. Does nothing when the wait is over. */
        public final void cancel() {
            if (owner != null) {
                owner.remove(this);
            }
        }
    }

    private Wait first;
    private Wait last;

    boolean isEmpty() {
        return first == null;
    }

    /** Waits until the position is at least {@code target}. */
    void await(long target, long deadlineNanos, Wait wait) {
        wait.owner = this;
        wait.target = target;
        wait.deadlineNanos = deadlineNanos;
        Wait previous = last;
        while (previous != null && previous.target > target) {
            previous = previous.before;
        }
        Wait next = previous == null ? first : previous.after;
        link(previous, wait);
        link(wait, next);
    }

    /** The position has risen. Waits may be added from within the calls. */
    void advance(long position) {
        while (first != null && first.target <= position) {
            Wait wait = first;
            remove(wait);
            wait.reached();
        }
    }

    /** Ends the waits whose time is over with {@code REQUEST_TIMED_OUT}. */
    void expire(long nowNanos) {
        end(wait -> nowNanos - wait.deadlineNanos >= 0, ErrorCode.REQUEST_TIMED_OUT);
    }

    /** Ends all waits there are at this moment. */
    void failAll(ErrorCode error) {
        end(wait -> true, error);
    }

    /** Those to end leave first, so that whoever is told may cancel others or wait anew. */
    private void end(Predicate<Wait> which, ErrorCode error) {
        Waiters ending = new Waiters();
        Wait next;
        for (Wait wait = first; wait != null; wait = next) {
            next = wait.after;
            if (which.test(wait)) {
                remove(wait);
                ending.await(wait.target, wait.deadlineNanos, wait);
            }
        }
        while (ending.first != null) {
            Wait wait = ending.first;
            ending.remove(wait);
            wait.failed(error);
        }
    }

    private void remove(Wait wait) {
        link(wait.before, wait.after);
        wait.owner = null;
        wait.before = null;
        wait.after = null;
    }

    private void link(Wait before, Wait after) {
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
    }
}
