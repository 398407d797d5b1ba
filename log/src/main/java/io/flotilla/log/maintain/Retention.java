package io.flotilla.log.maintain;

import io.flotilla.log.SegmentInfo;
import io.flotilla.wire.record.RecordBatch;
import java.util.List;

/** What {@code retention.ms} and {@code retention.bytes} ask of a log. */
public final class Retention {
    /** No limit. */
    public static final long UNLIMITED = -1;

    private Retention() {}

    /**
     * The log start offset that retention asks for: that of the oldest segment to keep, or the log's end if all its records
     * are too old. What is not committed is kept, and so are records without a time, whose age nobody knows, as long as
     * there is room for them.
     *
     * @param segments oldest first, the last one active
     * @param retentionMs how long records are kept after their timestamp, in milliseconds, or {@link #UNLIMITED}
     * @param retentionBytes how much is kept at least, or {@link #UNLIMITED}
     * @param highWatermark records from here on are kept
     */
    public static long logStart(
            List<SegmentInfo> segments, long retentionMs, long retentionBytes, long nowMs, long highWatermark) {
        if (isTooOld(segments, retentionMs, nowMs, highWatermark)) {
            return segments.get(segments.size() - 1).nextOffset();
        }
        long excess = segments.stream().mapToLong(SegmentInfo::sizeInBytes).sum() - retentionBytes;
        int keep = 0;
        while (keep + 1 < segments.size() && segments.get(keep).nextOffset() <= highWatermark) {
            SegmentInfo segment = segments.get(keep);
            boolean tooOld = isTooOld(segment, retentionMs, nowMs);
            boolean tooMuch = retentionBytes != UNLIMITED && excess >= segment.sizeInBytes();
            if (!tooOld && !tooMuch) {
                break;
            }
            excess -= segment.sizeInBytes();
            keep++;
        }
        return segments.get(keep).baseOffset();
    }

    private static boolean isTooOld(List<SegmentInfo> segments, long retentionMs, long nowMs, long highWatermark) {
        return segments.get(segments.size() - 1).nextOffset() <= highWatermark
                && segments.stream()
                        .allMatch(segment ->
                                segment.nextOffset() == segment.baseOffset() || isTooOld(segment, retentionMs, nowMs));
    }

    private static boolean isTooOld(SegmentInfo segment, long retentionMs, long nowMs) {
        return retentionMs != UNLIMITED
                && segment.maxTimestamp() != RecordBatch.NO_TIMESTAMP
                && nowMs - segment.maxTimestamp() > retentionMs;
    }
}
