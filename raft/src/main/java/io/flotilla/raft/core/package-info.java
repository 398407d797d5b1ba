/**
 * Consensus as a pure state machine: {@link io.flotilla.raft.core.RaftCore} and its parts.
 *
 * <p>No clock, thread, socket, file or payload lives here, and no randomness but an injected source: the same inputs give
 * the same outputs. A host feeds ticks, messages and completions in, and carries out what each
 * {@link io.flotilla.raft.core.Ready} asks.
 *
 * <p>"Raft" in comments is Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", extended version;
 * "thesis" is Ongaro, "Consensus: Bridging Theory and Practice".
 */
package io.flotilla.raft.core;
