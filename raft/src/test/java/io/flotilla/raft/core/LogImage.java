package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayList;
import java.util.List;

/** The content of a log at one moment: immutable, so that a crash or a sync in flight can keep an old one. */
record LogImage(long baseIndex, int baseTerm, Configuration baseConfiguration, List<EntryRef> entries) {
    static LogImage empty(Configuration configuration) {
        return new LogImage(0, 0, configuration, List.of());
    }

    long lastIndex() {
        return entries.isEmpty() ? baseIndex : entries.get(entries.size() - 1).lastIndex();
    }

    int termAt(long index) {
        EntryRef entry = at(index);
        return entry == null ? (index == baseIndex ? baseTerm : -1) : entry.term();
    }

    /** The entry that covers {@code index}, or null. */
    EntryRef at(long index) {
        int low = 0;
        int high = entries.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            EntryRef entry = entries.get(middle);
            if (entry.lastIndex() < index) {
                low = middle + 1;
            } else if (entry.firstIndex() > index) {
                high = middle - 1;
            } else {
                return entry;
            }
        }
        return null;
    }

    /** True if {@code entry} is in here, or covered by the snapshot this log builds on. */
    boolean holds(EntryRef entry) {
        return entry.lastIndex() <= baseIndex || entry.equals(at(entry.firstIndex()));
    }

    Configuration configurationAt(long index) {
        Configuration found = baseConfiguration;
        for (EntryRef entry : entries) {
            if (entry.configuration() != null && entry.firstIndex() <= index) {
                found = entry.configuration();
            }
        }
        return found;
    }

    LogImage truncate(long fromIndex) {
        return new LogImage(
                baseIndex,
                baseTerm,
                baseConfiguration,
                entries.stream().filter(entry -> entry.lastIndex() < fromIndex).toList());
    }

    LogImage append(List<EntryRef> more) {
        List<EntryRef> all = new ArrayList<>(entries);
        for (EntryRef entry : more) {
            long last = all.isEmpty() ? baseIndex : all.get(all.size() - 1).lastIndex();
            if (entry.firstIndex() != last + 1) {
                throw new AssertionError("gap: " + entry + " after " + last);
            }
            all.add(entry);
        }
        return new LogImage(baseIndex, baseTerm, baseConfiguration, List.copyOf(all));
    }

    /** The same log without what lies at or before {@code index}, the end of an entry. */
    LogImage compact(long index) {
        return index <= baseIndex
                ? this
                : new LogImage(
                        index,
                        termAt(index),
                        configurationAt(index),
                        entries.stream()
                                .filter(entry -> entry.firstIndex() > index)
                                .toList());
    }

    DurableState recover(HardState hardState, long snapshotIndex, boolean forgetful) {
        List<TermStart> starts = new ArrayList<>();
        List<ConfigurationAt> configurations = new ArrayList<>();
        configurations.add(new ConfigurationAt(baseIndex, baseConfiguration));
        int term = baseTerm;
        for (EntryRef entry : entries) {
            if (entry.term() != term) {
                term = entry.term();
                starts.add(new TermStart(term, entry.firstIndex()));
            }
            if (entry.configuration() != null) {
                configurations.add(new ConfigurationAt(entry.firstIndex(), entry.configuration()));
            }
        }
        return new DurableState(
                hardState, baseIndex, baseTerm, starts, lastIndex(), snapshotIndex, configurations, forgetful);
    }
}
