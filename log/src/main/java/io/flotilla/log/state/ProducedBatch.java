package io.flotilla.log.state;

/**
 * A batch of an idempotent producer, as remembered to tell its repetition.
 *
 * @param index log index of its last record
 * @param epoch the producer's epoch
 * @param firstSequence sequence number of its first record
 * @param lastSequence sequence number of its last record
 * @param baseOffset offset of its first record
 * @param timestamp its largest timestamp
 */
public record ProducedBatch(
        long index, short epoch, int firstSequence, int lastSequence, long baseOffset, long timestamp) {

    /** Offset of its last record. */
    public long lastOffset() {
        int span = lastSequence - firstSequence;
        // Sequence numbers go on with 0 after Integer.MAX_VALUE, offsets do not.
        return baseOffset + (span >= 0 ? span : span + (1L << 31));
    }
}
