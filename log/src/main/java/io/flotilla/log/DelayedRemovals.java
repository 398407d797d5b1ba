package io.flotilla.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Frees the space of dropped segments only {@code file.delete.delay.ms} after they were dropped: until then an operator who
 * set a retention too short can still save the files. What is left when the log is closed goes when it is opened again.
 */
final class DelayedRemovals implements Executor {
    private record Removal(Runnable task, long askedMs) {}

    private final Executor blocking;
    private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();
    /** In the order in which they are due. Touched by the log's loop only. */
    private final Deque<Removal> waiting = new ArrayDeque<>();

    private volatile long delayMs;

    /** @param blocking runs the removals */
    DelayedRemovals(Executor blocking, long delayMs) {
        this.blocking = blocking;
        this.delayMs = delayMs;
    }

    /** Another delay from now on, also for what waits. */
    void setDelay(long newDelayMs) {
        delayMs = newDelayMs;
    }

    /** Has a removal run when it is due. Any thread. */
    @Override
    public void execute(Runnable removal) {
        if (delayMs == 0) {
            blocking.execute(removal);
        } else {
            asked.add(removal);
        }
    }

    /** Runs what is due. A removal's time begins with the first call after it was asked for. */
    void tick(long nowMs) {
        while (!waiting.isEmpty() && nowMs - waiting.peek().askedMs() >= delayMs) {
            blocking.execute(waiting.remove().task());
        }
        for (Runnable task = asked.poll(); task != null; task = asked.poll()) {
            waiting.add(new Removal(task, nowMs));
        }
    }
}
