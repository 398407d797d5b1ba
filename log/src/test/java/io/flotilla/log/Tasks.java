package io.flotilla.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** A loop and a pool of background threads, stepped by the test on its own thread: every interleaving is repeatable. */
public final class Tasks {
    private final Deque<Runnable> loopTasks = new ArrayDeque<>();
    private final Deque<Runnable> backgroundTasks = new ArrayDeque<>();

    public final Executor loop = loopTasks::add;
    public final Executor background = backgroundTasks::add;

    /** Runs until nothing is left to do. */
    public void runAll() {
        while (!loopTasks.isEmpty() || !backgroundTasks.isEmpty()) {
            if (!loopTasks.isEmpty()) {
                loopTasks.remove().run();
            } else {
                backgroundTasks.remove().run();
            }
        }
    }

    /** Runs what the background has to do, but not what it tells the loop. */
    public void runBackground() {
        while (!backgroundTasks.isEmpty()) {
            backgroundTasks.remove().run();
        }
    }

    /** Runs what the loop has to do, but not what it asks of the background. */
    public void runLoop() {
        while (!loopTasks.isEmpty()) {
            loopTasks.remove().run();
        }
    }

    /** Runs one task, of the loop or of the background, if there is one. */
    public void runOne(RandomGenerator random) {
        boolean loopFirst = backgroundTasks.isEmpty() || !loopTasks.isEmpty() && random.nextBoolean();
        Deque<Runnable> tasks = loopFirst ? loopTasks : backgroundTasks;
        if (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    /** Forgets what was not run: the process was killed. */
    public void clear() {
        loopTasks.clear();
        backgroundTasks.clear();
    }
}
