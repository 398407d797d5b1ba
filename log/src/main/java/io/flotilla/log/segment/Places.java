package io.flotilla.log.segment;

import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.RecordBatch;
import java.util.List;

/**
 * What must be true of consecutive batches and their checksums do not cover: each begins where the one before it ended, and
 * has the term that belongs there. Not thread-safe.
 */
final class Places {
    private final List<TermStart> terms;
    private long nextOffset;

    /**
     * @param offset base offset of the first batch to come
     * @param terms the term of the first batch wanted and those that begin after it
     */
    Places(long offset, List<TermStart> terms) {
        this.nextOffset = offset;
        this.terms = terms;
    }

    /** What is wrong with a batch, whose last record or entry has an index, at the place that is reached; or null. */
    String problemOf(RecordBatch batch, long last) {
        if (batch.baseOffset() != nextOffset) {
            return "a batch with offset " + batch.baseOffset() + " stands where offset " + nextOffset + " belongs";
        }
        int term = TermStart.termAt(terms, last);
        if (batch.partitionLeaderEpoch() != term) {
            return "a batch of term " + batch.partitionLeaderEpoch() + " stands where term " + term + " belongs";
        }
        return null;
    }

    /** Goes on to the place after a batch. */
    void pass(RecordBatch batch) {
        nextOffset = batch.nextOffset();
    }
}
