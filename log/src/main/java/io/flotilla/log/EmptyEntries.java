package io.flotilla.log;

import io.flotilla.log.index.TermStart;
import io.flotilla.log.segment.LogState;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.EmptyBatch;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Parts of the empty batches that compaction makes of several. Replicas compact for themselves: where one holds such a batch,
 * another may end, or go on with an entry of another term, in the middle of it. It can be cut anywhere that another replica has the
 * boundary of a batch.
 */
final class EmptyEntries {
    private EmptyEntries() {}

    /** What was read from an index on, without what an empty batch at its beginning says of earlier ones. */
    static ReadResult from(LogState state, long index, ReadResult result) {
        if (!(result instanceof ReadResult.Batches batches)
                || batches.firstIndex() >= index
                || batches.lastIndex() < index) {
            return result;
        }
        ByteBuf bytes = batches.bytes();
        RecordBatch first = new RecordBatch().wrap(bytes, bytes.readerIndex());
        if (!EmptyBatch.is(first)) {
            return result;
        }
        ByteBuf part = Unpooled.buffer(RecordBatch.HEADER_BYTES);
        EmptyBatch.writePart(first, state.raftEntries().offsetAfter(index - 1), first.nextOffset(), part);
        bytes.skipBytes(first.sizeInBytes());
        return new ReadResult.Batches(Unpooled.wrappedBuffer(part, bytes), index, batches.lastIndex());
    }

    /** See {@link LogView#fitting}. */
    static ByteBuf split(LogView log, long firstIndex, ByteBuf entries) {
        BatchCursor cursor = new BatchCursor().wrap(entries);
        long index = firstIndex;
        while (cursor.next() == BatchCursor.Step.BATCH) {
            RecordBatch batch = cursor.batch();
            long last = index + (batch.isRaftEntry() ? 1 : batch.offsetCount()) - 1;
            long agreed = EmptyBatch.is(batch) ? lastAgreed(log, index, last, batch.partitionLeaderEpoch()) : last;
            if (index <= agreed && agreed < last) {
                return split(entries, batch, batch.baseOffset() + agreed + 1 - index);
            }
            index = last + 1;
        }
        return entries;
    }

    /** The last entry of a range in one term of a leader's log up to which this log has the same. */
    private static long lastAgreed(LogView log, long first, long last, int term) {
        long end = Math.min(last, log.lastIndex());
        if (end < log.firstIndex() - 1 || log.termAt(end) < term) {
            return first - 1;
        }
        for (TermStart start : log.termStarts()) {
            if (start.term() > term && start.index() <= end) {
                return start.index() - 1;
            }
        }
        return end;
    }

    private static ByteBuf split(ByteBuf entries, RecordBatch batch, long offset) {
        int from = batch.position();
        int to = from + batch.sizeInBytes();
        ByteBuf out = Unpooled.buffer(entries.readableBytes() + RecordBatch.HEADER_BYTES);
        out.writeBytes(entries, entries.readerIndex(), from - entries.readerIndex());
        EmptyBatch.writePart(batch, batch.baseOffset(), offset, out);
        EmptyBatch.writePart(batch, offset, batch.nextOffset(), out);
        return out.writeBytes(entries, to, entries.writerIndex() - to);
    }
}
