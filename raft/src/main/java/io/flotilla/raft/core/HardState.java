package io.flotilla.raft.core;

/**
 * What must survive a restart besides the log (Raft figure 2).
 *
 * @param term the latest term seen, from 0
 * @param votedFor the node that got the vote of this term, or {@link RaftCore#NO_NODE}
 */
public record HardState(int term, int votedFor) {
    /** The state of a replica that has never taken part. */
    public static final HardState INITIAL = new HardState(0, RaftCore.NO_NODE);

    /** True if this state promises everything that {@code other} does: terms grow, and a vote once given stays. */
    boolean covers(HardState other) {
        return term > other.term
                || term == other.term && (votedFor == other.votedFor || other.votedFor == RaftCore.NO_NODE);
    }
}
