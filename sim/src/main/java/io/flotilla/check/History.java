package io.flotilla.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Events in the order in which they were seen. Any thread may add. What is invoked must be added before the request leaves, and
 * what is answered after the answer came; then an event that stands before another one did not happen because of it.
 */
public final class History {
    /**
     * @param number its place in the history, from 0
     * @param atMs when it was added, by the clock of whoever collects; for readers only
     */
    public record Entry(long number, long atMs, Event event) {
        @Override
        public String toString() {
            return "#%d %d ms %s".formatted(number, atMs, event);
        }
    }

    private final LongSupplier clockMs;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Entry> entries = new ArrayList<>();

    public History(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    public void add(Event event) {
        lock.lock();
        try {
            entries.add(new Entry(entries.size(), clockMs.getAsLong(), event));
        } finally {
            lock.unlock();
        }
    }

    /** The number of the next event: what was added before is lower. */
    public long mark() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }

    /** All events so far. */
    public List<Entry> entries() {
        lock.lock();
        try {
            return List.copyOf(entries);
        } finally {
            lock.unlock();
        }
    }
}
