package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;

/** What became of a proposal. */
public sealed interface ProposeResult {
    /**
     * The entry got its place at the end of the leader's log. It is committed once the commit index reaches its last
     * index while this term lasts; if the term ends before, its fate is unknown.
     *
     * @param entry the entry
     */
    record Accepted(EntryRef entry) implements ProposeResult {}

    /**
     * This replica does not lead. Nothing happened.
     *
     * @param leaderId who leads, as far as known, or {@link RaftCore#NO_NODE}
     */
    record NotLeader(int leaderId) implements ProposeResult {}

    /**
     * Leadership is being handed over. Nothing happened.
     *
     * @param target the next leader, if all goes well
     */
    record Transferring(int target) implements ProposeResult {}

    /**
     * More bytes are uncommitted than {@link RaftOptions#maxUncommittedBytes}. Nothing happened.
     *
     * @param uncommittedBytes how many
     */
    record Full(long uncommittedBytes) implements ProposeResult {}
}
