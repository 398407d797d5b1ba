package io.flotilla.broker.api;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes of requests in flight over all connections, and who waits for them to become fewer. Thread-safe. */
final class RequestBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    RequestBudget(long limit) {
        this.limit = limit;
    }

    /** Counts bytes that are here already, so this may go over the limit. */
    void take(long bytes) {
        used.addAndGet(bytes);
    }

    void give(long bytes) {
        if (used.addAndGet(-bytes) < limit) {
            wake();
        }
    }

    boolean exhausted() {
        return used.get() >= limit;
    }

    long used() {
        return used.get();
    }

    /** Runs the task once when bytes are left, at once if they are; on any thread. */
    void whenAvailable(Runnable task) {
        waiting.add(task);
        // Bytes given back before the task was added woke nobody.
        if (!exhausted()) {
            wake();
        }
    }

    private void wake() {
        // A task may use up what is left, or come back because another thread did: whoever gives bytes back next goes
        // on.
        while (!exhausted()) {
            Runnable task = waiting.poll();
            if (task == null) {
                return;
            }
            task.run();
        }
    }
}
