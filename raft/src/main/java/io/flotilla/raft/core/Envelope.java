package io.flotilla.raft.core;

import io.flotilla.raft.message.RaftMessage;

/**
 * A message and the node it goes to.
 *
 * @param to the receiver
 * @param message the message; an {@link io.flotilla.raft.message.AppendRequest} in here never has entries
 */
public record Envelope(int to, RaftMessage message) {}
