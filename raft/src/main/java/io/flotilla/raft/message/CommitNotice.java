package io.flotilla.raft.message;

/**
 * The leader tells a follower that has all entries how far they are committed. May be lost, late or repeated: the next
 * {@link AppendRequest} says the same.
 *
 * @param term the leader's term
 * @param commitIndex the leader's commit index
 */
public record CommitNotice(int term, long commitIndex) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.COMMIT_NOTICE;
    }
}
