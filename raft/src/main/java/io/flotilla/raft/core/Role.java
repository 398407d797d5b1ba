package io.flotilla.raft.core;

/** What a replica is doing in its term. */
public enum Role {
    /** Follows a leader, or waits for one. */
    FOLLOWER,
    /** Asks whether an election could be won, without starting one (thesis 9.6). */
    PRE_CANDIDATE,
    /** Stands for election. */
    CANDIDATE,
    /** Leads. */
    LEADER
}
