package io.flotilla.log;

/**
 * Where in a log damage begins, and what belongs there: all that is needed to ask another replica for it.
 *
 * @param segment base offset of the segment
 * @param position byte in the segment's file of the first batch that is not there or not right
 * @param end byte at which the segment ends, or {@link Long#MAX_VALUE} where that is not known
 * @param index index of that batch's first entry
 * @param offset that batch's base offset
 * @param term term of the entry before it: that batch's is this or a later one
 * @param lastIndex index up to which the log is known to be committed, and was durable, here
 */
public record DamagedSpot(long segment, long position, long end, long index, long offset, int term, long lastIndex) {}
