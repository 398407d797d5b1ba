package io.flotilla.log;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A share of another executor's threads: runs so many tasks at a time, in the order they came, however many there are.
 * Thread-safe.
 */
final class LimitedExecutor implements Executor {
    private final Executor executor;
    private final int most;
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    /** Tasks queued or running. */
    private final AtomicInteger tasks = new AtomicInteger();

    private final Runnable runOne = this::runOne;

    LimitedExecutor(Executor executor, int most) {
        this.executor = executor;
        this.most = most;
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
        if (tasks.incrementAndGet() <= most) {
            executor.execute(runOne);
        }
    }

    /** Runs the oldest task, then has the next one that waits run in its place. */
    private void runOne() {
        try {
            queue.remove().run();
        } finally {
            if (tasks.decrementAndGet() >= most) {
                executor.execute(runOne);
            }
        }
    }
}
