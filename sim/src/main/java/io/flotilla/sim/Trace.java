package io.flotilla.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What happened in a simulation: a hash over every event, by which two runs are compared, and the newest notes in words. For
 * one thread.
 */
final class Trace {
    private static final int KEPT = 400;
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private final Deque<String> notes = new ArrayDeque<>();
    private final boolean readable;
    private long hash = PRIME;

    /** @param readable whether notes are kept */
    Trace(boolean readable) {
        this.readable = readable;
    }

    /** Whether it is worth making notes in words. */
    boolean isReadable() {
        return readable;
    }

    void event(long at, long number) {
        mix(at);
        mix(number);
    }

    /** Makes a number count for the hash. */
    void mix(long value) {
        long mixed = (hash ^ value) * PRIME;
        hash = mixed ^ mixed >>> 29;
    }

    void note(long at, String what) {
        mix(what.hashCode());
        say(at, what);
    }

    /** Keeps words that do not count for the hash: log lines, which are made only where somebody reads them. */
    void say(long at, String what) {
        if (readable) {
            if (notes.size() == KEPT) {
                notes.removeFirst();
            }
            notes.addLast(String.format("%10.3f ms  %s", at / 1e6, what));
        }
    }

    long hash() {
        return hash;
    }

    /** The newest notes, oldest first. */
    List<String> notes() {
        return new ArrayList<>(notes);
    }
}
