package io.flotilla.log;

/**
 * What compaction of a log goes by.
 *
 * @param minLagMs {@code min.compaction.lag.ms}: segments with records younger than this are left alone, in milliseconds
 * @param deleteRetentionMs {@code delete.retention.ms}: how long tombstones are kept once nothing older of their key is left, in
 *     milliseconds
 * @param keyMapBytes memory for the keys of one compaction, in bytes
 */
public record CompactionSettings(long minLagMs, long deleteRetentionMs, long keyMapBytes) {
    public CompactionSettings {
        if (minLagMs < 0 || deleteRetentionMs < 0 || keyMapBytes < 0) {
            throw new IllegalArgumentException("Compaction setting out of range");
        }
    }
}
