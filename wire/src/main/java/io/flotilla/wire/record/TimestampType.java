package io.flotilla.wire.record;

/** Whose clock the timestamps of a batch are from (the topic's {@code message.timestamp.type}). */
public enum TimestampType {
    /** The producer's: every record carries its own. */
    CREATE_TIME,
    /** The leader's when it appended the batch: all records have the batch's maximum timestamp. */
    LOG_APPEND_TIME
}
