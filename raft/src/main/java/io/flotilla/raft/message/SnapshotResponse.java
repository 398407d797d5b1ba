package io.flotilla.raft.message;

/**
 * The answer to a {@link SnapshotRequest}.
 *
 * @param term the follower's term
 * @param installed true if the follower now durably holds everything up to {@code index}
 * @param index the last index covered by the snapshot that was offered, or more if the follower had more
 */
public record SnapshotResponse(int term, boolean installed, long index) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.SNAPSHOT_RESPONSE;
    }
}
