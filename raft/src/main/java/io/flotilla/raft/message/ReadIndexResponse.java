package io.flotilla.raft.message;

/**
 * The answer to a {@link ReadIndexRequest}.
 *
 * @param term the sender's term
 * @param number the request that is answered
 * @param confirmed false if the sender does not lead, or could not make sure that it does
 * @param index if confirmed, the leader's commit index after the request arrived
 * @param indexTerm the term of the entry there, by which the follower may know that it has the same (Raft 5.3)
 */
public record ReadIndexResponse(int term, long number, boolean confirmed, long index, int indexTerm)
        implements RaftMessage {
    /** There is no answer: ask again, or somebody else. */
    public static ReadIndexResponse failed(int term, long number) {
        return new ReadIndexResponse(term, number, false, 0, 0);
    }

    @Override
    public MessageType type() {
        return MessageType.READ_INDEX_RESPONSE;
    }
}
