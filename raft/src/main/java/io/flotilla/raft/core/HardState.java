package io.flotilla.raft.core;

/**
 * What must survive a restart besides the log (Raft figure 2).
 *
 * @param term the latest term seen, from 0
 * @param votedFor the node that got the vote of this term, {@link RaftCore#NO_NODE}, or {@link #FORGOTTEN}
 */
public record HardState(int term, int votedFor) {
    /** The state of a replica that has never taken part. */
    public static final HardState INITIAL = new HardState(0, RaftCore.NO_NODE);

    /**
     * Instead of a vote: this replica lost what it had promised. It votes for nobody in any term until its leader readmits it
     * (see {@link DurableState#forgetful}).
     */
    public static final int FORGOTTEN = -2;

    /** True if the replica lost what it had promised. */
    public boolean isForgetful() {
        return votedFor == FORGOTTEN;
    }

    /** True if this state promises everything that {@code other} does: terms grow, and a vote once given stays. */
    boolean covers(HardState other) {
        return term > other.term
                || term == other.term && (votedFor == other.votedFor || other.votedFor == RaftCore.NO_NODE);
    }
}
