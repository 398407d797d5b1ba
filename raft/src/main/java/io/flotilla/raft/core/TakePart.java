package io.flotilla.raft.core;

import io.flotilla.raft.message.SnapshotRequest;

/**
 * A part of a snapshot arrived that this replica needs. The host checks it, adds it to what it holds of the same snapshot, and
 * reports {@link RaftCore#partTaken}; it is free to keep parts for as long as it likes.
 *
 * @param from the leader that sent it
 * @param part which part of which snapshot; the bytes came behind it
 */
public record TakePart(int from, SnapshotRequest part) {}
