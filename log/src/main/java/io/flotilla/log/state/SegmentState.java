package io.flotilla.log.state;

/**
 * A segment as a snapshot lists it.
 *
 * @param baseOffset offset of its first record, or of the next one if it starts with Raft entries; names its files
 * @param baseIndex index of its first entry
 * @param size bytes of it that the snapshot stands for: all, except of the last in the list
 * @param maxTimestamp largest record timestamp in those bytes, or -1
 * @param maxTimestampOffset last offset of the first batch that has it
 */
public record SegmentState(long baseOffset, long baseIndex, long size, long maxTimestamp, long maxTimestampOffset) {}
