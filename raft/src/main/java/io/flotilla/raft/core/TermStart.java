package io.flotilla.raft.core;

/**
 * Where a term begins in the log.
 *
 * @param term the term
 * @param firstIndex the index of its first entry
 */
public record TermStart(int term, long firstIndex) {}
