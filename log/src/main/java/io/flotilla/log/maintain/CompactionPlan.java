package io.flotilla.log.maintain;

import io.flotilla.log.index.TermStart;
import io.flotilla.log.state.SegmentState;
import java.nio.file.Path;
import java.util.List;

/**
 * One compaction of a log as its loop planned it: which segments, and what of them must stay. Good for as long as the
 * segments are part of the log; nothing that is appended later changes it.
 *
 * @param directory the log's
 * @param segments closed and committed ones, from the log's first on, in order
 * @param firstDirtyOffset the keys of all records below were looked at by earlier compactions
 * @param terms the terms of all entries in the segments
 * @param producerBatches base offsets of the batches by which the log tells repeated batches: their headers stay
 * @param tombstonesBelow a tombstone at or above this offset stays, for another replica may not have it yet
 * @param nowMs the present time: tombstones whose time has come go
 * @param deleteRetentionMs how long after this compaction the tombstones that it meets first stay at least
 * @param segmentBytes neighbours are merged into segments no larger than this
 * @param indexIntervalBytes one index entry about every so many bytes
 * @param keyMapBytes memory for the keys; what does not fit is for the next compaction
 */
public record CompactionPlan(
        Path directory,
        List<Source> segments,
        long firstDirtyOffset,
        List<TermStart> terms,
        long[] producerBatches,
        long tombstonesBelow,
        long nowMs,
        long deleteRetentionMs,
        int segmentBytes,
        int indexIntervalBytes,
        long keyMapBytes) {

    /** A segment to be compacted, with the offset after its last record. */
    public record Source(SegmentState state, long endOffset) {}

    /** When tombstones that this compaction meets first may go. */
    long deleteHorizon() {
        long horizon = nowMs + deleteRetentionMs;
        return horizon < 0 ? Long.MAX_VALUE : horizon;
    }
}
