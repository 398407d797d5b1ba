package io.flotilla.broker.env;

/** The time, as a broker sees it. Thread-safe. */
public interface Clock {
    /** Wall-clock time in milliseconds since the epoch; may jump either way. Only for timestamps users see. */
    long millis();

    /** Monotonic time in nanoseconds from an arbitrary origin; for durations and deadlines. */
    long nanoTime();
}
