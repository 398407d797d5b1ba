package io.flotilla.broker.machine;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** An event loop and its clock, moved by the test: nothing runs, and no time passes, unless asked. */
public final class TestLoop implements EventLoop, Clock {
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
    private long now = 1_000_000;
    private long scheduled;
    private boolean running;

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Timer schedule(Runnable task, long delayMs) {
        Task timer = new Task(now + delayMs, scheduled++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public boolean inEventLoop() {
        return running;
    }

    @Override
    public long millis() {
        return now;
    }

    @Override
    public long nanoTime() {
        return now * 1_000_000;
    }

    /** Runs what is ready, and what that makes ready. */
    public void run() {
        running = true;
        for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
            task.run();
        }
        running = false;
    }

    /** Lets time pass, running every timer at its moment. */
    public void advance(long millis) {
        long until = now + millis;
        run();
        while (!timers.isEmpty() && timers.peek().at <= until) {
            Task next = timers.poll();
            now = next.at;
            ready.add(next.action);
            run();
        }
        now = until;
    }

    private record Task(long at, long number, Runnable action) {}
}
