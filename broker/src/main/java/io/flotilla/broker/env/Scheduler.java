package io.flotilla.broker.env;

import java.util.concurrent.Executor;

/** Where work runs: a fixed number of event loops, and threads for what blocks. Thread-safe. */
public interface Scheduler {
    /** Number of event loops; at least one. */
    int loops();

    /** The event loop with this number, from 0 to {@code loops() - 1}. */
    EventLoop loop(int number);

    /** Runs tasks that block (file reads, fdatasync, recovery). Results go back to a loop as a task. */
    Executor blocking();
}
