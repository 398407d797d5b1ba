package io.flotilla.raft.message;

/**
 * The leader tells a follower that has all entries how far they are committed. May be lost, late or repeated: the next
 * {@link AppendRequest} says the same. The term of the entry at the commit index lets the follower see for itself whether
 * its log agrees up to there (log matching, Raft 5.3), also right after a restart.
 *
 * @param term the leader's term
 * @param commitIndex the leader's commit index
 * @param commitTerm the term of the entry at that index
 */
public record CommitNotice(int term, long commitIndex, int commitTerm) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.COMMIT_NOTICE;
    }
}
