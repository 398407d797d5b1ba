package io.flotilla.log.state;

/**
 * How far compaction has come in a log. To lose them costs work only.
 *
 * @param cleanedTo the keys of all records below this offset were looked at
 * @param alteredTo below this offset other replicas may hold other bytes: the log was compacted here, or by those from whom it was
 *     copied
 */
public record CompactionMarks(long cleanedTo, long alteredTo) {
    /** Nothing was compacted. */
    public static final CompactionMarks NONE = new CompactionMarks(0, 0);
}
