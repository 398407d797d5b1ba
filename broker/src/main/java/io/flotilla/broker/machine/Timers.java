package io.flotilla.broker.machine;

import java.util.function.Supplier;

/**
 * Commands a machine gives itself for later. Used on the partition's loop only. A timer runs like any other command, and
 * never after it was cancelled or replaced, nor after the machine ended.
 */
public interface Timers {
    /**
     * Runs the command after the delay, in milliseconds; replaces the timer that has an equal key.
     *
     * @param command its response is dropped; its records and deliveries are not
     */
    void schedule(Object key, long delayMs, Supplier<? extends Outcome<?>> command);

    /** Calls the timer off if there is one. */
    void cancel(Object key);
}
