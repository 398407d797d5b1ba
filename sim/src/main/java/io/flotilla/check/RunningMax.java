package io.flotilla.check;

import io.flotilla.check.History.Entry;
import java.util.TreeMap;

/** The greatest of some values so far, for any moment of a history. */
final class RunningMax {
    /** A value and the event that showed it. */
    record Seen(long value, Entry entry) {}

    private final TreeMap<Long, Seen> byNumber = new TreeMap<>();

    /** To be called in the order of the history. */
    void add(long value, Entry entry) {
        if (byNumber.isEmpty() || value > byNumber.lastEntry().getValue().value()) {
            byNumber.put(entry.number(), new Seen(value, entry));
        }
    }

    /** The greatest value shown by events before a number, or null where there is none. */
    Seen before(long number) {
        var last = byNumber.lowerEntry(number);
        return last == null ? null : last.getValue();
    }

    /** Whether a greater value than this was shown before. */
    boolean exceeds(long value, long beforeNumber) {
        Seen seen = before(beforeNumber);
        return seen != null && seen.value() > value;
    }
}
