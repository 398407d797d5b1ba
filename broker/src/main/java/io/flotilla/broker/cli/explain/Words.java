package io.flotilla.broker.cli.explain;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The few turns of phrase that all findings share. */
final class Words {
    private Words() {}

    /** {@code broker 1}, {@code brokers 1 and 2}, {@code brokers 1, 2 and 3}. */
    static String brokers(Collection<Integer> ids) {
        return (ids.size() == 1 ? "broker " : "brokers ") + ids(ids);
    }

    /** {@code 1}, {@code 1 and 2}, {@code 1, 2 and 3}. */
    static String ids(Collection<Integer> ids) {
        List<String> words = ids.stream().map(String::valueOf).toList();
        if (words.size() < 2) {
            return String.join("", words);
        }
        int last = words.size() - 1;
        return String.join(", ", words.subList(0, last)) + " and " + words.get(last);
    }

    /** {@code 1 entry}, {@code 2 entries}. */
    static String entries(long count) {
        return count == 1 ? "1 entry" : count + " entries";
    }

    /** A time span in seconds, {@code 0.3 s}; {@code never} below zero. */
    static String ago(long milliseconds) {
        return milliseconds < 0 ? "never" : String.format(Locale.ROOT, "%.1f s", milliseconds / 1000.0);
    }
}
