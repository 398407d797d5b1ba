package io.flotilla.raft.core;

/**
 * The leader's log no longer holds what {@code peer} needs. The host picks its newest snapshot, or the one that it has begun to
 * send, checks {@link RaftCore#isCurrent}, and sends one {@link io.flotilla.raft.message.SnapshotRequest}; if it cannot, it
 * reports {@link RaftCore#sendFailed}. The answer brings the intent for the next part.
 *
 * @param peer the follower
 * @param term the leader's term
 * @param minIndex the least index the snapshot must cover for the log to go on from there
 * @param heldIndex the snapshot that the follower holds a part of, by its last index; 0 if that is not known
 * @param heldBytes how much of it: the part to send begins there, if it is that snapshot that is sent, else at 0
 */
public record SendSnapshot(int peer, int term, long minIndex, long heldIndex, long heldBytes) {}
