package io.flotilla.log;

/**
 * A record found by time.
 *
 * @param timestamp its timestamp in milliseconds
 * @param term leader epoch of its batch
 */
public record RecordPosition(long offset, long timestamp, int term) {
    /** No record matches. */
    public static final RecordPosition NONE = new RecordPosition(-1, -1, -1);
}
