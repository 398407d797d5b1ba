package io.flotilla.raft.core;

/** Whether a leadership transfer was begun. */
public enum TransferResult {
    /** Begun; it ends with a new leader, or is given up after an election timeout. */
    STARTED,
    /** This replica does not lead. */
    NOT_LEADER,
    /** Another transfer is under way. */
    BUSY,
    /** The target is this node, or no voter. */
    NOT_A_TARGET,
    /** The target's node is not up. */
    TARGET_DOWN,
    /** The target lacks too much of the log, or has lost its memory: it could not take over soon. */
    TARGET_LAGS
}
