package io.flotilla.raft.message;

/**
 * How far a follower's log agrees with the leader's. Sent whenever more became durable (one response for many requests),
 * and at once for a request that brought nothing new or does not match.
 *
 * <p>A success fills {@code verifiedIndex} and {@code durableIndex}; a refusal the other three.
 *
 * @param term the follower's term; above the leader's, it tells the leader that its term is over
 * @param success true if the logs agree
 * @param verifiedIndex the highest index known to agree in this term, on disk or not: where to send from
 * @param durableIndex the part of it that is durable: what may be counted
 * @param rejectedIndex the {@code prevIndex} that did not match
 * @param hintIndex the last index of the follower's log that may match, for fast backtracking (Raft section 5.3): at most
 *     {@code rejectedIndex}, and of a term not above the request's {@code prevTerm}
 * @param hintTerm the term of the follower's entry at {@code hintIndex}
 * @param forgetful true if the follower has lost what it once promised: what it holds must not be counted
 */
public record AppendResponse(
        int term,
        boolean success,
        long verifiedIndex,
        long durableIndex,
        long rejectedIndex,
        long hintIndex,
        int hintTerm,
        boolean forgetful)
        implements RaftMessage {
    /** The logs agree. */
    public static AppendResponse accepted(int term, long verifiedIndex, long durableIndex) {
        return new AppendResponse(term, true, verifiedIndex, durableIndex, 0, 0, 0, false);
    }

    /** The logs do not agree at {@code rejectedIndex}; try the hint. */
    public static AppendResponse rejected(int term, long rejectedIndex, long hintIndex, int hintTerm) {
        return new AppendResponse(term, false, 0, 0, rejectedIndex, hintIndex, hintTerm, false);
    }

    /** The same answer, of a follower that has lost its memory or not. */
    public AppendResponse from(boolean isForgetful) {
        return isForgetful == forgetful
                ? this
                : new AppendResponse(
                        term, success, verifiedIndex, durableIndex, rejectedIndex, hintIndex, hintTerm, isForgetful);
    }

    @Override
    public MessageType type() {
        return MessageType.APPEND_RESPONSE;
    }
}
