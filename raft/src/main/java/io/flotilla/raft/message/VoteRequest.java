package io.flotilla.raft.message;

/**
 * A candidate asks for a vote (Raft section 5.2), or whether it would get one (pre-vote, thesis 9.6).
 *
 * @param term the term of the election; for a pre-vote, the one the sender would start
 * @param lastIndex the last index of the candidate's log
 * @param lastTerm the term of that entry
 * @param preVote true if the sender only asks, and nobody's term or vote changes
 * @param transfer true if the leader itself told the sender to campaign, so that having a live leader is no reason to
 *     refuse (thesis 4.2.3)
 */
public record VoteRequest(int term, long lastIndex, int lastTerm, boolean preVote, boolean transfer)
        implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.VOTE_REQUEST;
    }
}
