package io.flotilla.log.maintain;

import io.flotilla.log.SegmentInfo;
import java.util.List;

/** What {@code retention.ms} and {@code retention.bytes} ask of a log. */
public final class Retention {
    /** No limit. */
    public static final long UNLIMITED = -1;

    private Retention() {}

    /**
     * The log start offset that retention asks for: that of the oldest segment to keep. The active segment is always kept,
     * and so is what is not committed.
     *
     * @param segments oldest first, the last one active
     * @param retentionMs how long records are kept after their timestamp, in milliseconds, or {@link #UNLIMITED}
     * @param retentionBytes how much is kept at least, or {@link #UNLIMITED}
     * @param highWatermark records from here on are kept
     */
    public static long logStart(
            List<SegmentInfo> segments, long retentionMs, long retentionBytes, long nowMs, long highWatermark) {
        long excess = segments.stream().mapToLong(SegmentInfo::sizeInBytes).sum() - retentionBytes;
        int keep = 0;
        while (keep + 1 < segments.size() && segments.get(keep).nextOffset() <= highWatermark) {
            SegmentInfo segment = segments.get(keep);
            boolean tooOld = retentionMs != UNLIMITED && nowMs - segment.maxTimestamp() > retentionMs;
            boolean tooMuch = retentionBytes != UNLIMITED && excess >= segment.sizeInBytes();
            if (!tooOld && !tooMuch) {
                break;
            }
            excess -= segment.sizeInBytes();
            keep++;
        }
        return segments.get(keep).baseOffset();
    }
}
