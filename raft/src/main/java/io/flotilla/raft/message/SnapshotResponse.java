package io.flotilla.raft.message;

/**
 * The answer to a {@link SnapshotRequest}.
 *
 * @param term the follower's term
 * @param outcome what became of it
 * @param index the last index covered by the snapshot that was offered, or more if the follower had more
 * @param heldBytes if {@link Outcome#RECEIVING}, how many bytes from the snapshot's beginning the follower holds: where to
 *     go on
 */
public record SnapshotResponse(int term, Outcome outcome, long index, long heldBytes) implements RaftMessage {
    /** What became of a snapshot. The order is that of the wire. */
    public enum Outcome {
        /** It arrived whole and cannot be used; the follower keeps nothing of it. */
        FAILED,
        /** More of it is needed. */
        RECEIVING,
        /** The follower durably holds everything up to its index. */
        INSTALLED
    }

    /** The follower durably holds everything up to {@code index}. */
    public static SnapshotResponse installed(int term, long index) {
        return new SnapshotResponse(term, Outcome.INSTALLED, index, 0);
    }

    /** The follower holds so much of the snapshot, and waits for the rest. */
    public static SnapshotResponse receiving(int term, long index, long heldBytes) {
        return new SnapshotResponse(term, Outcome.RECEIVING, index, heldBytes);
    }

    /** The snapshot cannot be used. */
    public static SnapshotResponse failed(int term, long index) {
        return new SnapshotResponse(term, Outcome.FAILED, index, 0);
    }

    @Override
    public MessageType type() {
        return MessageType.SNAPSHOT_RESPONSE;
    }
}
