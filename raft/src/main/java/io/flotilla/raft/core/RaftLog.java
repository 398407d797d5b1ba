package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the core knows of the log without holding it: where it begins and ends, the term of each index, how far it is durable
 * and committed, the configurations in it; and what the host has yet to be told to write.
 */
final class RaftLog {
    private final SafetyRules rules;
    private final TermHistory terms;
    private final Membership membership;
    private long lastIndex;
    private long durableIndex;
    private long commitIndex;
    private int generation;

    /** The last index the host has been told to write; entries beyond are in {@link #unwritten}. */
    private long writtenIndex;

    private long truncateFrom;
    private List<EntryRef> unwritten = new ArrayList<>();

    RaftLog(DurableState found, SafetyRules rules) {
        this.rules = rules;
        terms = new TermHistory(found.baseIndex(), found.baseTerm());
        found.termStarts().forEach(start -> terms.append(start.term(), start.firstIndex()));
        membership = new Membership(found.configurations());
        lastIndex = found.lastIndex();
        durableIndex = lastIndex;
        writtenIndex = lastIndex;
        commitIndex = found.commitIndex();
    }

    long firstIndex() {
        return terms.baseIndex() + 1;
    }

    long lastIndex() {
        return lastIndex;
    }

    int lastTerm() {
        return terms.termAt(lastIndex);
    }

    long durableIndex() {
        return durableIndex;
    }

    long commitIndex() {
        return commitIndex;
    }

    Configuration configuration() {
        return membership.current();
    }

    /** The configuration in force and the index that brought it. */
    ConfigurationAt latestConfiguration() {
        return membership.latest();
    }

    /** True if the configuration in force is committed, so that it stays. */
    boolean isConfigurationCommitted() {
        return membership.latest().index() <= commitIndex;
    }

    /** True if {@code node} votes in the last configuration known to be committed, or in one that followed. */
    boolean mayStillVote(int node) {
        return membership.isVoterSince(commitIndex, node);
    }

    /** The configuration that was in force at {@code index}, from the one before the log's first entry on. */
    Configuration configurationAt(long index) {
        return membership.at(index);
    }

    /** The term at {@code index}, or {@link TermHistory#UNKNOWN} before the log or after its end. */
    int termAt(long index) {
        return index > lastIndex ? TermHistory.UNKNOWN : terms.termAt(index);
    }

    /** The largest index that is at most {@code index} and of a term of at most {@code term}; may lie before the log. */
    long lastIndexWithin(long index, int term) {
        return terms.lastIndexWithin(Math.min(index, lastIndex), term);
    }

    void append(EntryRef entry) {
        if (entry.firstIndex() != lastIndex + 1) {
            throw new InvariantViolation("entry " + entry + " does not follow index " + lastIndex);
        }
        terms.append(entry.term(), entry.firstIndex());
        lastIndex = entry.lastIndex();
        if (entry.configuration() != null) {
            membership.append(entry.firstIndex(), entry.configuration());
        }
        unwritten.add(entry);
    }

    /** Removes {@code fromIndex} and everything after it. */
    void truncate(long fromIndex) {
        if (!rules.mayTruncate(fromIndex, commitIndex)) {
            throw new InvariantViolation(
                    "asked to truncate from index " + fromIndex + ", but " + commitIndex + " is committed");
        }
        terms.truncate(fromIndex);
        membership.truncate(fromIndex);
        lastIndex = fromIndex - 1;
        unwritten.removeIf(entry -> entry.firstIndex() >= fromIndex);
        if (fromIndex <= writtenIndex) {
            truncateFrom = fromIndex;
            writtenIndex = lastIndex;
            durableIndex = Math.min(durableIndex, lastIndex);
            generation++;
        }
    }

    /** The log begins at {@code firstIndex} now; what lies before is only in snapshots. */
    void compact(long firstIndex) {
        if (firstIndex > commitIndex + 1) {
            throw new InvariantViolation("log start " + firstIndex + " is beyond the commit index " + commitIndex);
        }
        terms.compact(firstIndex - 1);
        membership.compact(firstIndex - 1);
    }

    /** Replaces the log by a durable snapshot. */
    void reset(InstallSnapshot snapshot) {
        terms.reset(snapshot.index(), snapshot.term());
        membership.reset(snapshot.index(), snapshot.configuration());
        lastIndex = snapshot.index();
        durableIndex = lastIndex;
        writtenIndex = lastIndex;
        commitIndex = lastIndex;
        truncateFrom = 0;
        unwritten.clear();
        generation++;
    }

    /** Raises the commit index. Returns whether it moved. */
    boolean commitTo(long index) {
        if (index <= commitIndex) {
            return false;
        }
        if (index > lastIndex) {
            throw new InvariantViolation("commit index " + index + " is beyond the last index " + lastIndex);
        }
        commitIndex = index;
        return true;
    }

    /** Raises the durable index. Returns whether it moved. */
    boolean durableTo(long index) {
        if (index > writtenIndex) {
            throw new InvariantViolation(
                    "index " + index + " reported durable, but only " + writtenIndex + " is written");
        }
        if (index <= durableIndex) {
            return false;
        }
        durableIndex = index;
        return true;
    }

    int generation() {
        return generation;
    }

    boolean hasUnwritten() {
        return !unwritten.isEmpty() || truncateFrom != 0;
    }

    /** Where the host must cut the log, or 0; forgotten once asked. */
    long takeTruncation() {
        long from = truncateFrom;
        truncateFrom = 0;
        return from;
    }

    /** What the host must append; forgotten once asked. */
    List<EntryRef> takeUnwritten() {
        writtenIndex = lastIndex;
        if (unwritten.isEmpty()) {
            return List.of();
        }
        List<EntryRef> taken = unwritten;
        unwritten = new ArrayList<>();
        return taken;
    }
}
