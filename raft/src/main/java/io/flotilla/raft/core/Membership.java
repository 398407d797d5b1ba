package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayList;
import java.util.List;

/**
 * The configurations in the log. The last one is in force as soon as it is appended, committed or not (Raft section 6), and
 * the one before it again if it is truncated.
 */
final class Membership {
    private static final ConfigurationAt NONE = new ConfigurationAt(0, Configuration.NONE);

    private final List<ConfigurationAt> history = new ArrayList<>();

    Membership(List<ConfigurationAt> found) {
        found.forEach(at -> append(at.index(), at.configuration()));
    }

    Configuration current() {
        return latest().configuration();
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

    /** The configuration in force and its index. */
    ConfigurationAt latest() {
        return history.isEmpty() ? NONE : history.get(history.size() - 1);
    }

    /** The configuration in force at {@code index}, which the log has not let go of. */
    Configuration at(long index) {
        Configuration found = Configuration.NONE;
        for (ConfigurationAt at : history) {
            if (at.index() <= index) {
                found = at.configuration();
            }
        }
        return found;
    }

    /** True if {@code node} votes in the configuration in force at {@code index}, or in one since. */
    boolean isVoterSince(long index, int node) {
        boolean isVoter = false;
        for (ConfigurationAt at : history) {
            isVoter = at.configuration().isVoter(node) || at.index() > index && isVoter;
        }
        return isVoter;
    }

    /** Forgets configurations that were not in force any more at {@code baseIndex}. */
    void compact(long baseIndex) {
        while (history.size() > 1 && history.get(1).index() <= baseIndex) {
            history.remove(0);
        }
    }

    void reset(long index, Configuration configuration) {
        history.clear();
        append(index, configuration);
    }
}
