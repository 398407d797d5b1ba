package io.flotilla.raft.message;

/**
 * The leader hands over: campaign at once, without waiting and without pre-vote (thesis 3.10).
 *
 * @param term the leader's term
 */
public record TimeoutNow(int term) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.TIMEOUT_NOW;
    }
}
