package io.flotilla.raft.core;

/**
 * Who leads, for routing and waiters. Not persisted.
 *
 * @param role what this replica does
 * @param leaderId the leader of {@code term}, or {@link RaftCore#NO_NODE} while unknown
 * @param term the replica's term
 */
public record SoftState(Role role, int leaderId, int term) {}
