package io.flotilla.raft.message;

/**
 * The leader asks whether it still leads: the round of messages that a linearizable read waits for (thesis 6.4).
 *
 * @param term the leader's term
 * @param round which round; never the same twice in a term
 * @param leaseNanos for how long the answer is to promise that no other candidate gets the vote (thesis 6.4.1); 0 for not
 *     at all
 */
public record ConfirmRequest(int term, long round, long leaseNanos) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.CONFIRM_REQUEST;
    }
}
