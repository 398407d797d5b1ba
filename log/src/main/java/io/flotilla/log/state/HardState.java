package io.flotilla.log.state;

/**
 * What a Raft group must never forget.
 *
 * @param term the newest term this replica has seen; 0 before any
 * @param votedFor the node it voted for in that term, or {@link #NOBODY}
 */
public record HardState(int term, int votedFor) {
    public static final int NOBODY = -1;

    /** The state of a group that has never saved any. */
    public static final HardState NONE = new HardState(0, NOBODY);
}
