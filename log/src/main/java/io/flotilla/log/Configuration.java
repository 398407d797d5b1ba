package io.flotilla.log;

/**
 * A group configuration that stands in the log, or in the snapshot before it.
 *
 * @param index index of its entry; 0 for the one the log was created with
 * @param bytes its content as the group's owner encoded it; not to be changed
 */
public record Configuration(long index, byte[] bytes) {}
