package io.flotilla.raft.message;

/**
 * The answer to a {@link ConfirmRequest}: when this was sent, the sender followed that leader.
 *
 * @param term the follower's term, the same as the leader's
 * @param round the round that was asked in
 */
public record ConfirmResponse(int term, long round) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.CONFIRM_RESPONSE;
    }
}
