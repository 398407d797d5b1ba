package io.flotilla.raft.host;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Holds back what the groups of a shard send to learners that copy old entries, so that copying does not take disks and
 * network from everybody else. A bucket of bytes that each tick refills; a read larger than what is in it is paid for by the
 * ticks after. Used on the shard's loop only.
 */
public final class LearnerThrottle {
    /** No limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private long bytesPerTick = UNLIMITED;
    private final Runnable onHoldingBack;
    private long budget;

    /** @param onHoldingBack told whenever a read has to wait for a tick */
    LearnerThrottle(Runnable onHoldingBack) {
        this.onHoldingBack = onHoldingBack;
    }

    /** Lets this many bytes pass per tick from now on. */
    public void limit(long newBytesPerTick) {
        bytesPerTick = newBytesPerTick;
        budget = Math.min(budget, bytesPerTick);
        release();
    }

    /** Bytes that are best read at a time. */
    int chunk(int most) {
        return (int) Math.min(most, bytesPerTick);
    }

    /** Runs a read for a learner, now or in a later tick. */
    void admit(Runnable read) {
        waiting.add(read);
        release();
        if (isHoldingBack()) {
            onHoldingBack.run();
        }
    }

    /** Whether a read waits for a tick. */
    boolean isHoldingBack() {
        return !waiting.isEmpty();
    }

    /** Notes what was read. */
    void spent(int bytes) {
        if (bytesPerTick != UNLIMITED) {
            budget -= bytes;
        }
    }

    void tick() {
        if (bytesPerTick != UNLIMITED) {
            budget = Math.min(bytesPerTick, budget + bytesPerTick);
        }
        release();
    }

    private void release() {
        // Reads from disk are paid for when they are done: one per turn, or all that wait would start at once.
        if (bytesPerTick == UNLIMITED) {
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        } else if (budget > 0 && !waiting.isEmpty()) {
            waiting.remove().run();
        }
    }
}
