package io.flotilla.raft.core;

/**
 * The leader's log no longer holds what {@code peer} needs. The host picks its newest snapshot, checks
 * {@link RaftCore#isCurrent}, and sends a {@link io.flotilla.raft.message.SnapshotRequest}; if it cannot, it reports
 * {@link RaftCore#sendFailed}.
 *
 * @param peer the follower
 * @param term the leader's term
 * @param minIndex the least index the snapshot must cover for the log to go on from there
 */
public record SendSnapshot(int peer, int term, long minIndex) {}
