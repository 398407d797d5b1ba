package io.flotilla.raft.message;

/** The messages, each with the byte that names it on the wire. Bytes are never reused. */
public enum MessageType {
    /** {@link VoteRequest}. */
    VOTE_REQUEST(1),
    /** {@link VoteResponse}. */
    VOTE_RESPONSE(2),
    /** {@link AppendRequest}. */
    APPEND_REQUEST(3),
    /** {@link AppendResponse}. */
    APPEND_RESPONSE(4),
    /** {@link CommitNotice}. */
    COMMIT_NOTICE(5),
    /** {@link LeaderResigned}. */
    LEADER_RESIGNED(6),
    /** {@link SnapshotRequest}. */
    SNAPSHOT_REQUEST(7),
    /** {@link SnapshotResponse}. */
    SNAPSHOT_RESPONSE(8),
    /** {@link TimeoutNow}. */
    TIMEOUT_NOW(9),
    /** {@link ConfirmRequest}. */
    CONFIRM_REQUEST(10),
    /** {@link ConfirmResponse}. */
    CONFIRM_RESPONSE(11),
    /** {@link ReadIndexRequest}. */
    READ_INDEX_REQUEST(12),
    /** {@link ReadIndexResponse}. */
    READ_INDEX_RESPONSE(13),
    /** {@link Readmission}. */
    READMISSION(14);

    private static final MessageType[] VALUES = values();

    private final int code;

    MessageType(int code) {
        this.code = code;
    }

    /** The byte on the wire. */
    public int code() {
        return code;
    }

    /** The type that {@code code} names, or null. */
    static MessageType of(int code) {
        return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
    }
}
