package io.flotilla.raft.quorum;

/** Where a vote stands. */
public enum VoteResult {
    /** Neither side can be sure yet. */
    PENDING,
    /** A quorum granted. */
    WON,
    /** A quorum can no longer be reached. */
    LOST
}
