package io.flotilla.raft.message;

/**
 * The answer to a {@link VoteRequest}.
 *
 * @param term the voter's term; where a pre-vote is granted, the term that was asked about
 * @param preVote true if a pre-vote is answered
 * @param granted true if the sender votes (or would vote) for the candidate
 */
public record VoteResponse(int term, boolean preVote, boolean granted) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.VOTE_RESPONSE;
    }
}
