package io.flotilla.raft.message;

/**
 * A follower asks its leader up to which index a linearizable read must see the log (thesis 6.4).
 *
 * @param term the follower's term
 * @param number names the request among those of the follower
 */
public record ReadIndexRequest(int term, long number) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.READ_INDEX_REQUEST;
    }
}
