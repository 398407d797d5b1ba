package io.flotilla.raft.core;

/**
 * The leader wants entries from {@code nextIndex} sent to {@code peer}, as many as fit one request. At most one is
 * outstanding per peer. The host reads the log (at once or later), checks {@link RaftCore#isCurrent}, sends an
 * {@link io.flotilla.raft.message.AppendRequest} with these fields, and reports {@link RaftCore#sent} or
 * {@link RaftCore#sendFailed}.
 *
 * @param peer the follower
 * @param term the leader's term
 * @param prevIndex the index before the entries
 * @param prevTerm the term of the entry there
 * @param nextIndex the first index to send, {@code prevIndex + 1}; always the first index of an entry
 * @param commitIndex the leader's commit index when the intent was made; a newer one may be sent
 */
public record Replicate(int peer, int term, long prevIndex, int prevTerm, long nextIndex, long commitIndex) {}
