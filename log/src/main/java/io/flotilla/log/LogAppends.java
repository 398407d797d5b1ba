package io.flotilla.log;

import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.TailChunk;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;

/**
 * Takes batches into a log: into memory at once, and to the disk in as few pieces as segments allow. Used on the log's loop
 * only.
 */
final class LogAppends {
    /** Batches received together are kept and written together, up to this many bytes. */
    private static final int MOST_CHUNK_BYTES = 1 << 20;

    private final PartitionLog log;
    private final BatchCursor cursor = new BatchCursor();
    private final RecordBatch view = new RecordBatch();

    LogAppends(PartitionLog log) {
        this.log = log;
    }

    /** Appends one batch, whose base offset and term it sets. Ownership passes. */
    void append(ByteBuf batch, int term, long nowMs) {
        view.wrap(batch, batch.readerIndex());
        view.setBaseOffset(log.state().endOffset());
        view.setPartitionLeaderEpoch(term);
        appendReplicated(batch, nowMs);
    }

    /** Appends whole batches as they are. Ownership passes. */
    void appendReplicated(ByteBuf batches, long nowMs) {
        LogState state = log.state();
        Run run = new Run(batches.readerIndex());
        try {
            log.requireUsable();
            cursor.wrap(batches);
            while (cursor.next() == BatchCursor.Step.BATCH) {
                RecordBatch batch = cursor.batch();
                boolean roll = state.shouldRoll(batch, log.config(), nowMs);
                if (roll || cursor.position() + batch.sizeInBytes() - run.start > MOST_CHUNK_BYTES) {
                    run.queue(batches);
                    if (roll) {
                        log.roll();
                    }
                    run = new Run(cursor.position());
                }
                state.append(batch, log.config(), nowMs);
                run.end = cursor.position() + batch.sizeInBytes();
            }
            if (cursor.position() != batches.writerIndex()) {
                throw new IllegalStateException("No whole batch at index " + (state.lastIndex() + 1));
            }
        } finally {
            run.queue(batches);
            batches.release();
            log.writer().kick();
        }
    }

    /** Consecutive batches of a buffer that are kept and written as one piece. */
    private final class Run {
        private final LogState state = log.state();
        private final int start;
        private final long firstIndex = state.lastIndex() + 1;
        private final long position = state.active().size();
        private int end;

        Run(int start) {
            this.start = start;
            this.end = start;
        }

        void queue(ByteBuf batches) {
            if (end > start) {
                ByteBuf bytes = batches.retainedSlice(start, end - start);
                TailChunk chunk =
                        log.tail().add(state.active(), position, bytes, firstIndex, state.lastIndex(), log.lastTerm());
                log.writer().append(chunk, log.generation());
                log.reads().appended(state.active(), position, state.active().size());
            }
        }
    }
}
