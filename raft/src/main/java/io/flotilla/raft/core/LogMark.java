package io.flotilla.raft.core;

/**
 * How far a write of the log goes: the receipt that a {@link Ready} hands out and {@link RaftCore#appended} takes back.
 *
 * @param index the last index written
 * @param generation how often the log had been cut (truncated, or replaced by a snapshot). A report about a log that has
 *     been cut since says nothing about what was written in its place, even at the same index and term.
 */
public record LogMark(long index, int generation) {}
