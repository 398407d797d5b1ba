package io.flotilla.log.state;

/** Signatures first; the code follows. */
public final class ProducerState {
    /** Answer to {@link #check}. */
    public sealed interface Check {
        /** Append it. */
        record Ok() implements Check {}

        /** Appended before, at this offset: answer the producer as then. */
        record Duplicate(long baseOffset, long timestamp) implements Check {}

        /** OUT_OF_ORDER_SEQUENCE_NUMBER. */
        record OutOfOrder(int expected) implements Check {}

        /** INVALID_PRODUCER_EPOCH. */
        record StaleEpoch(short current) implements Check {}
    }

    /** Whether a batch of an idempotent producer may be appended. */
    public Check check(long producerId, short epoch, int firstSequence, int lastSequence) {
        throw new UnsupportedOperationException();
    }
}
