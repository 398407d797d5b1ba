package io.flotilla.log.state;

/**
 * A batch of an idempotent producer, as remembered to tell its repetition. Sequence numbers go on with 0 after
 * {@link Integer#MAX_VALUE}.
 *
 * @param index log index of its last record
 * @param epoch the producer's epoch
 * @param firstSequence sequence number of its first record
 * @param lastSequence sequence number of its last record
 * @param baseOffset offset of its first record
 * @param timestamp its largest timestamp
 * @param before how many records of this epoch, one sequence number after the other, are known to come before it in the log;
 *     at most {@link #MOST_BEFORE}
 */
public record ProducedBatch(
        long index, short epoch, int firstSequence, int lastSequence, long baseOffset, long timestamp, int before) {
    /** Half of all sequence numbers, so that what was used before is never taken for what is still to come. */
    static final int MOST_BEFORE = 1 << 30;

    /** Offset of its last record. */
    public long lastOffset() {
        return baseOffset + count(firstSequence, lastSequence) - 1;
    }

    /** Whether records with these sequence numbers are known to come before this batch in the log. */
    boolean follows(int first, int last) {
        long back = count(first, firstSequence) - 1;
        return back <= before && count(first, last) <= back;
    }

    /** What the next batch in sequence is to say of {@link #before}. */
    int beforeNext() {
        return (int) Math.min(MOST_BEFORE, before + count(firstSequence, lastSequence));
    }

    /** How many sequence numbers there are from one on up to another one. */
    private static long count(int first, int last) {
        return ((last - first) & Integer.MAX_VALUE) + 1L;
    }
}
