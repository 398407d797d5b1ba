package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayList;
import java.util.List;

/**
 * The configurations in the log. The last one is in force as soon as it is appended, committed or not (Raft section 6), and
 * the one before it again if it is truncated.
 */
final class Membership {
    private final List<ConfigurationAt> history = new ArrayList<>();

    Membership(List<ConfigurationAt> found) {
        found.forEach(at -> append(at.index(), at.configuration()));
    }

    Configuration current() {
        return history.isEmpty()
                ? Configuration.NONE
                : history.get(history.size() - 1).configuration();
    }

    void append(long index, Configuration configuration) {
        if (!history.isEmpty() && index <= history.get(history.size() - 1).index()) {
            throw new InvariantViolation("configuration at index " + index + " does not follow " + history);
        }
        history.add(new ConfigurationAt(index, configuration));
    }

    void truncate(long fromIndex) {
        history.removeIf(at -> at.index() >= fromIndex);
    }

    /** Forgets configurations that {@code committedIndex} makes impossible to fall back to. */
    void compact(long committedIndex) {
        while (history.size() > 1 && history.get(1).index() <= committedIndex) {
            history.remove(0);
        }
    }

    void reset(long index, Configuration configuration) {
        history.clear();
        append(index, configuration);
    }
}
