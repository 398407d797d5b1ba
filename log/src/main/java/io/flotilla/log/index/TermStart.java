package io.flotilla.log.index;

/**
 * Where a term begins in a log.
 *
 * @param index index of its first entry
 * @param offset offset of the first record at or after that entry
 */
public record TermStart(int term, long index, long offset) {}
