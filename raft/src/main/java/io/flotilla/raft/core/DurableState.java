package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import java.util.List;

/**
 * What recovery found on disk; everything in it is durable.
 *
 * @param hardState term and vote
 * @param baseIndex the index just before the first entry the log holds; 0 if the log is complete
 * @param baseTerm the term of the entry at {@code baseIndex}; 0 for index 0
 * @param termStarts where each term after {@code baseIndex} begins, ascending; the first starts at {@code baseIndex + 1}
 *     unless it continues {@code baseTerm}
 * @param lastIndex the last index of the log; {@code baseIndex} if it is empty
 * @param commitIndex the highest index known to be committed: that of the newest snapshot, or a later durable mark
 * @param configurations the configurations found, ascending by index; the first is in force at {@code baseIndex}
 * @param forgetful true if this replica may have acknowledged more, or voted, before it lost its disk or a part of it. It
 *     grants no vote, never campaigns and is not counted, until its leader has taken it out of the voters by a committed
 *     configuration; then it is a newcomer like any other. The first {@link Ready} persists that it is forgetful, as
 *     {@link HardState#FORGOTTEN}, and nothing is taken in before; later recoveries find it there.
 */
public record DurableState(
        HardState hardState,
        long baseIndex,
        int baseTerm,
        List<TermStart> termStarts,
        long lastIndex,
        long commitIndex,
        List<ConfigurationAt> configurations,
        boolean forgetful) {
    /** Checks that the positions are in order. */
    public DurableState {
        termStarts = List.copyOf(termStarts);
        configurations = List.copyOf(configurations);
        if (baseIndex < 0 || commitIndex < baseIndex || lastIndex < commitIndex) {
            throw new IllegalArgumentException("base " + baseIndex + ", commit " + commitIndex + " and last index "
                    + lastIndex + " are out of order");
        }
    }

    /** The state of a replica that is created now, in a group with these members. */
    public static DurableState fresh(Configuration configuration) {
        return new DurableState(
                HardState.INITIAL, 0, 0, List.of(), 0, 0, List.of(new ConfigurationAt(0, configuration)), false);
    }

    /** The state of a replica that finds nothing, but had been a member before: it learns from its leader who the others are. */
    public static DurableState lost() {
        return new DurableState(
                HardState.INITIAL, 0, 0, List.of(), 0, 0, List.of(new ConfigurationAt(0, Configuration.NONE)), true);
    }
}
