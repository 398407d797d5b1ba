package io.flotilla.log.segment;

import io.flotilla.wire.record.RecordBatch;

/**
 * Which batches a reader wants, and how far it has come: whole batches, from the one that holds an index up to another index,
 * with or without Raft's entries. Used once; not thread-safe.
 */
public final class Selection {
    private final long fromIndex;
    private final long lastIndex;
    private final int maxBytes;
    private final boolean atLeastOne;
    private final boolean withRaftEntries;

    private int bytes;
    private long firstIndex;
    private long passedIndex;

    /**
     * @param fromIndex the first batch wanted holds this index
     * @param lastIndex no batch wanted ends after this index
     * @param maxBytes take no more than this
     * @param atLeastOne take one batch even if it is larger
     */
    public Selection(long fromIndex, long lastIndex, int maxBytes, boolean atLeastOne, boolean withRaftEntries) {
        this.fromIndex = fromIndex;
        this.lastIndex = lastIndex;
        this.maxBytes = maxBytes;
        this.atLeastOne = atLeastOne;
        this.withRaftEntries = withRaftEntries;
        this.firstIndex = fromIndex;
        this.passedIndex = fromIndex - 1;
    }

    /** Index of the last record of a batch, or of a Raft entry, that begins at an index. */
    static long lastIndexOf(RecordBatch batch, long index) {
        return batch.isRaftEntry() ? index : index + batch.offsetCount() - 1;
    }

    /** Whether a batch that ends at an index lies before what is wanted. */
    boolean isBefore(long last) {
        return last < fromIndex;
    }

    /** Whether nothing more is wanted, from the batch on that ends at an index. */
    boolean endsBefore(RecordBatch batch, long last) {
        return last > lastIndex || isWanted(batch) && !fits(batch);
    }

    private boolean fits(RecordBatch batch) {
        return bytes + (long) batch.sizeInBytes() <= maxBytes || atLeastOne && bytes == 0;
    }

    /** Whether a batch is to be taken, not stepped around. */
    boolean isWanted(RecordBatch batch) {
        return withRaftEntries || !batch.isRaftEntry();
    }

    /** Passes a batch, taken or stepped around. */
    void pass(RecordBatch batch, long first, long last) {
        if (isWanted(batch)) {
            firstIndex = bytes == 0 ? first : firstIndex;
            bytes += batch.sizeInBytes();
        }
        passedIndex = last;
    }

    /** Bytes taken. */
    int bytes() {
        return bytes;
    }

    /** Index of the first entry taken. */
    long firstIndex() {
        return firstIndex;
    }

    /** Last index passed, taken or stepped around. */
    long passedIndex() {
        return passedIndex;
    }
}
