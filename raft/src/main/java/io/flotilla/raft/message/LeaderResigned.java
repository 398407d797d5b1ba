package io.flotilla.raft.message;

/**
 * The leader of a term stops leading while its node lives on. Followers stop trusting it and let their election timers
 * run.
 *
 * @param term the term that has no leader any more
 */
public record LeaderResigned(int term) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.LEADER_RESIGNED;
    }
}
