package io.flotilla.log.index;

/**
 * Answer to "where does this leader epoch end": the largest epoch in the log not above the one asked for, and the offset
 * after its last record (KIP-101, KIP-279).
 */
public record EpochEnd(int epoch, long endOffset) {
    /** The epoch asked for is newer than any in the log, or the log is empty. */
    public static final EpochEnd UNDEFINED = new EpochEnd(-1, -1);
}
