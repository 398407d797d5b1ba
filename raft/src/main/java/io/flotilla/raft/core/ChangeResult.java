package io.flotilla.raft.core;

/** What became of a proposal to change the members. */
public sealed interface ChangeResult {
    /**
     * The configuration is in the leader's log and in force. It is settled once the commit index reaches its index in this
     * term; if the term ends before, its fate is unknown.
     *
     * @param index its place in the log
     */
    record Accepted(long index) implements ChangeResult {}

    /**
     * This replica does not lead. Nothing happened.
     *
     * @param leaderId who leads, as far as known, or {@link RaftCore#NO_NODE}
     */
    record NotLeader(int leaderId) implements ChangeResult {}

    /**
     * Not now, or not like this. Nothing happened.
     *
     * @param reason why, for people
     */
    record Refused(String reason) implements ChangeResult {}
}
