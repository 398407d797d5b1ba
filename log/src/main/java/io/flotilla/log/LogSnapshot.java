package io.flotilla.log;

/**
 * What a follower needs that is too far behind to be sent entries alone: send it this, then the entries after {@code index}.
 *
 * @param index last index the snapshot stands for
 * @param term term of the entry at that index
 * @param bytes for {@link PartitionLog#installSnapshot}; not to be changed
 */
public record LogSnapshot(long index, int term, byte[] bytes) {}
