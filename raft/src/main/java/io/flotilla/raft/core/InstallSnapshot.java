package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;

/**
 * The log is to be replaced by the snapshot that {@code from} sent. The host makes the snapshot durable, empties the log so
 * that the next append is {@code index + 1}, and gives this value back with {@link RaftCore#snapshotInstalled} or
 * {@link RaftCore#snapshotFailed}. Until then the core takes no appends.
 *
 * @param from the leader that sent it
 * @param index the last index it covers
 * @param term the term of the entry at that index
 * @param configuration the members in force there
 */
public record InstallSnapshot(int from, long index, int term, Configuration configuration) {}
