package io.flotilla.log;

/**
 * A segment as retention sees it.
 *
 * @param baseOffset offset of its first record
 * @param nextOffset offset after its last record
 * @param sizeInBytes length of its log file
 * @param maxTimestamp largest record timestamp, or -1 without records
 */
public record SegmentInfo(long baseOffset, long nextOffset, long sizeInBytes, long maxTimestamp) {}
