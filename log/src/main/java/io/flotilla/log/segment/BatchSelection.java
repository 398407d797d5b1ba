package io.flotilla.log.segment;

import io.flotilla.log.ReadResult;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** Picks what a {@link Selection} wants out of buffers of consecutive batches, as slices. Used once; not thread-safe. */
public final class BatchSelection {
    private final Selection selection;
    private final BatchCursor cursor = new BatchCursor();
    private final List<ByteBuf> slices = new ArrayList<>(2);
    private boolean complete;
    /** Null where what is read needs no check. */
    private Places places;

    private String damage;

    /** @param selection what is wanted */
    public BatchSelection(Selection selection) {
        this.selection = selection;
    }

    /**
     * Checks from now on what a disk may have changed: each CRC, and what it does not cover.
     *
     * @param offset base offset of the first batch to come
     * @param terms the term of the first batch wanted and those that begin after it
     */
    void verifyFrom(long offset, List<TermStart> terms) {
        places = new Places(offset, terms);
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
            long last = Selection.lastIndexOf(batch, next);
            // The first one even before it is asked where it ends: if that were wrong, nothing would be found, for
            // ever.
            damage = selection.bytes() == 0 ? damageOf(batch, last) : null;
            if (damage != null) {
                break;
            }
            if (!selection.isBefore(last)) {
                if (selection.endsBefore(batch, last)) {
                    complete = true;
                    break;
                }
                damage = selection.bytes() > 0 ? damageOf(batch, last) : null;
                if (damage != null) {
                    break;
                }
                if (selection.isWanted(batch)) {
                    runStart = runStart < 0 ? cursor.position() : runStart;
                } else {
                    addRun(buffer, runStart, cursor.position());
                    runStart = -1;
                }
                selection.pass(batch, next, last);
            }
            next = last + 1;
            if (places != null) {
                places.pass(batch);
            }
        }
        addRun(buffer, runStart, cursor.position());
        return cursor.position();
    }

    private String damageOf(RecordBatch batch, long last) {
        if (places == null) {
            return null;
        }
        String problem = places.problemOf(batch, last);
        return problem != null || batch.isCrcValid() ? problem : "CRC mismatch";
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
        return selection.bytes();
    }

    /** Last index passed, taken or stepped around. */
    long passedIndex() {
        return selection.passedIndex();
    }

    /** The batches taken, which then belong to the receiver. */
    public ReadResult.Batches toResult() {
        ByteBuf buffer =
                switch (slices.size()) {
                    case 0 -> Unpooled.EMPTY_BUFFER;
                    case 1 -> slices.get(0);
                    default -> Unpooled.wrappedBuffer(slices.toArray(new ByteBuf[0]));
                };
        return new ReadResult.Batches(buffer, selection.firstIndex(), selection.passedIndex());
    }

    /** Gives back what was taken, when it is not to be delivered. */
    void release() {
        slices.forEach(ByteBuf::release);
        slices.clear();
    }
}
