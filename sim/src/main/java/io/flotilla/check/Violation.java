package io.flotilla.check;

import io.flotilla.check.History.Entry;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A promise that was broken.
 *
 * @param text what is wrong, with names and numbers
 * @param events those that show it, in the order of the history
 */
public record Violation(Kind kind, Partition partition, String text, List<Entry> events) {
    /** What can go wrong. */
    public enum Kind {
        /** Acknowledged, and in no log. */
        LOST_WRITE,
        /** Sent once by an idempotent producer, and stored or acknowledged twice. */
        DUPLICATE,
        /** Refused for good, and stored all the same. */
        FAILED_WRITE_STORED,
        /** Stored or read, and sent by nobody. */
        INVENTED_RECORD,
        /** One producer's records in another order than it sent them in. */
        REORDERED_SENDS,
        /** Read by a consumer, and in no log. */
        UNCOMMITTED_READ,
        /** A record that two readers, or a reader and a log, saw at two offsets; or an offset with two records. */
        INCONSISTENT_OFFSET,
        /** In a compacted log: a value that a later record had replaced or deleted is the newest of its key again. */
        RESURRECTED,
        /** A consumer stepped over a record. */
        SKIPPED_READ,
        /** A consumer got records again, or not in the order of their offsets. */
        NON_MONOTONIC_READ,
        /** A fetch returned records that it said itself are not committed, or the cluster named an end that never was. */
        BEYOND_HIGH_WATERMARK,
        /** Log start, high watermark or last stable offset lower than told before. */
        BOUND_WENT_BACK,
        /** "Out of range", "not found", or an end below it, for data that exists. */
        DATA_DENIED,
        /** A group's offset lower than what was committed before. */
        GROUP_OFFSET_WENT_BACK,
        /** A group's offset that nobody committed. */
        GROUP_OFFSET_INVENTED,
        /** Two replicas hold different bytes below what both call committed. */
        REPLICAS_DIFFER,
        /** The faults are over, and something still does not move. */
        NO_PROGRESS
    }

    public Violation {
        events = List.copyOf(events);
    }

    @Override
    public String toString() {
        return kind + " in " + partition + ": " + text
                + events.stream().map(event -> "\n    " + event).collect(Collectors.joining());
    }

    /** The first of them in full, and how many there are of each kind. */
    public static String report(List<Violation> violations, int atMost) {
        String counts = violations.stream()
                .collect(Collectors.groupingBy(Violation::kind, TreeMap::new, Collectors.counting()))
                .toString();
        return counts + "\n"
                + violations.stream().limit(atMost).map(Violation::toString).collect(Collectors.joining("\n"));
    }
}
