package io.flotilla.broker.env;

import java.util.concurrent.Executor;

/**
 * One thread's queue of short, non-blocking tasks, run one at a time in the order they were submitted. Connections and
 * partitions each belong to one loop, and their state is touched by that loop only, so neither needs locks.
 * {@link #execute} and {@link #schedule} may be called from any thread.
 */
public interface EventLoop extends Executor {
    /** True when the caller runs on this loop. */
    boolean inEventLoop();

    /** Runs the task on this loop after the delay, in milliseconds; never early. */
    Timer schedule(Runnable task, long delayMs);

    /** A scheduled task that can be called off. */
    interface Timer {
        /** Prevents the task from running if it has not started. Safe to call more than once. */
        void cancel();
    }
}
