package io.flotilla.raft.message;

/**
 * The leader tells a replica that lost its memory that it may take part again: a configuration in which it does not vote is
 * committed since, so nothing that it promised before can decide anything any more.
 *
 * @param term the leader's term
 * @param index an index of this term that the receiver must hold durably, with that configuration at or before it
 */
public record Readmission(int term, long index) implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.READMISSION;
    }
}
