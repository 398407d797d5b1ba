package io.flotilla.raft.message;

import io.flotilla.raft.quorum.Configuration;

/**
 * The leader's snapshot for a follower that needs entries the leader's log no longer holds (Raft section 7). The content
 * is the host's payload behind these fields.
 *
 * @param term the leader's term
 * @param lastIndex the last index that the snapshot covers
 * @param lastTerm the term of the entry at that index
 * @param configuration the members in force at that index
 */
public record SnapshotRequest(int term, long lastIndex, int lastTerm, Configuration configuration)
        implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.SNAPSHOT_REQUEST;
    }
}
