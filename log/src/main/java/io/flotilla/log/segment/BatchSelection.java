package io.flotilla.log.segment;

import io.flotilla.log.ReadResult;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Picks the batches a reader wants out of buffers of consecutive batches, as slices: whole batches only, from the one that
 * holds an index up to another index, with or without Raft's entries. Used once; not thread-safe.
 */
public final class BatchSelection {
    private final long fromIndex;
    private final long lastIndex;
    private final int maxBytes;
    private final boolean atLeastOne;
    private final boolean withRaftEntries;

    private final BatchCursor cursor = new BatchCursor();
    private final List<ByteBuf> slices = new ArrayList<>(2);
    private int bytes;
    private long firstIndex;
    private long passedIndex;
    private boolean complete;
    private boolean verify;
    private List<TermStart> terms = List.of();
    private long nextOffset;
    private String damage;

    /**
     * @param fromIndex the first batch wanted holds this index
     * @param lastIndex no batch wanted ends after this index
     * @param maxBytes take no more than this
     * @param atLeastOne take one batch even if it is larger
     */
    public BatchSelection(long fromIndex, long lastIndex, int maxBytes, boolean atLeastOne, boolean withRaftEntries) {
        this.fromIndex = fromIndex;
        this.lastIndex = lastIndex;
        this.maxBytes = maxBytes;
        this.atLeastOne = atLeastOne;
        this.withRaftEntries = withRaftEntries;
        this.firstIndex = fromIndex;
        this.passedIndex = fromIndex - 1;
    }

    /**
     * Checks from now on what a disk may have changed: each CRC, and what it does not cover: that each batch begins where the
     * one before it ended, and has the term that belongs there.
     *
     * @param offset base offset of the first batch to come
     * @param termStarts the term of the first batch wanted and those that begin after it
     */
    void verifyFrom(long offset, List<TermStart> termStarts) {
        verify = true;
        nextOffset = offset;
        terms = termStarts;
    }

    /**
     * Takes what is wanted of the whole batches in a range of a buffer; a part of a batch at its end is left.
     *
     * @param index index of the first entry in the range
     * @return where the walk stopped: at the first batch not passed
     */
    int take(ByteBuf buffer, int from, int to, long index) {
        cursor.wrap(buffer, from, to);
        int runStart = -1;
        long next = index;
        while (!complete && cursor.next() == BatchCursor.Step.BATCH) {
            RecordBatch batch = cursor.batch();
            long last = batch.isRaftEntry() ? next : next + batch.offsetCount() - 1;
            // The first one even before it is asked where it ends: if that were wrong, nothing would be found, for
            // ever.
            damage = verify && bytes == 0 ? damageOf(batch, last) : null;
            if (damage != null) {
                break;
            }
            if (last >= fromIndex) {
                boolean wanted = withRaftEntries || !batch.isRaftEntry();
                if (last > lastIndex || wanted && !fits(batch)) {
                    complete = true;
                    break;
                }
                damage = verify && bytes > 0 ? damageOf(batch, last) : null;
                if (damage != null) {
                    break;
                }
                if (!wanted) {
                    addRun(buffer, runStart, cursor.position());
                    runStart = -1;
                } else {
                    firstIndex = bytes == 0 ? next : firstIndex;
                    runStart = runStart < 0 ? cursor.position() : runStart;
                    bytes += batch.sizeInBytes();
                }
                passedIndex = last;
            }
            next = last + 1;
            nextOffset = batch.nextOffset();
        }
        addRun(buffer, runStart, cursor.position());
        return cursor.position();
    }

    private String damageOf(RecordBatch batch, long index) {
        if (batch.baseOffset() != nextOffset) {
            return "a batch with offset " + batch.baseOffset() + " stands where offset " + nextOffset + " belongs";
        }
        int term = termAt(index);
        if (batch.partitionLeaderEpoch() != term) {
            return "a batch of term " + batch.partitionLeaderEpoch() + " stands where term " + term + " belongs";
        }
        return batch.isCrcValid() ? null : "CRC mismatch";
    }

    private int termAt(long index) {
        int term = 0;
        for (TermStart start : terms) {
            if (start.index() <= index) {
                term = start.term();
            }
        }
        return term;
    }

    private boolean fits(RecordBatch batch) {
        return bytes + (long) batch.sizeInBytes() <= maxBytes || atLeastOne && bytes == 0;
    }

    private void addRun(ByteBuf buffer, int start, int end) {
        if (start >= 0) {
            slices.add(buffer.retainedSlice(start, end - start));
        }
    }

    /** Nothing more is wanted. */
    boolean isComplete() {
        return complete;
    }

    /** What is wrong with the batch at which the last {@link #take} stopped, or null. */
    String damage() {
        return damage;
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

    /** The batches taken, which then belong to the receiver. */
    public ReadResult.Batches toResult() {
        ByteBuf buffer =
                switch (slices.size()) {
                    case 0 -> Unpooled.EMPTY_BUFFER;
                    case 1 -> slices.get(0);
                    default -> Unpooled.wrappedBuffer(slices.toArray(new ByteBuf[0]));
                };
        return new ReadResult.Batches(buffer, firstIndex, passedIndex);
    }

    /** Gives back what was taken, when it is not to be delivered. */
    void release() {
        slices.forEach(ByteBuf::release);
        slices.clear();
    }
}
