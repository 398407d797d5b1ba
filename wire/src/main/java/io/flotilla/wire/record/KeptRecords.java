package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import java.util.BitSet;

/**
 * Builds a batch anew with some of its records, as compaction does: base offset, offset span, term, producer, sequence and
 * compression stay, so it takes the same place in a log and says the same of its producer.
 */
public final class KeptRecords {
    private KeptRecords() {}

    /**
     * Writes the batch with the records whose numbers are set, at least one.
     *
     * @param body the batch's decompressed records, or null if they are not compressed
     * @param deleteHorizon when tombstones of the batch may go, in milliseconds since the epoch, or {@link
     *     RecordBatch#NO_TIMESTAMP}: what the batch says about that stays
     * @param out where to write, at the end
     */
    public static void write(RecordBatch batch, ByteBuf body, BitSet kept, long deleteHorizon, ByteBuf out) {
        boolean sets = deleteHorizon != RecordBatch.NO_TIMESTAMP;
        long base = sets ? deleteHorizon : batch.baseTimestamp();
        int start = out.writerIndex();
        out.writeBytes(batch.buffer(), batch.position(), RecordBatch.HEADER_BYTES);
        long newest = RecordBatch.NO_TIMESTAMP;
        ByteBuf records = out.alloc().buffer(body == null ? batch.recordsSizeInBytes() : body.readableBytes());
        try {
            RecordCursor cursor = body == null ? new RecordCursor().wrap(batch) : new RecordCursor().wrap(batch, body);
            while (cursor.next() == RecordCursor.Step.RECORD) {
                if (kept.get(cursor.index())) {
                    newest = Math.max(newest, cursor.timestamp());
                    cursor.writeTo(records, batch.baseTimestamp() - base);
                }
            }
            if (cursor.problem() != null) {
                throw new InvalidBatchException(BatchFault.MALFORMED_RECORDS, cursor.problem());
            }
            batch.compression().compress(records, out);
        } finally {
            records.release();
        }
        out.setInt(start + RecordBatch.BATCH_LENGTH, out.writerIndex() - start - RecordBatch.SIZE_PREFIX_BYTES);
        out.setInt(start + RecordBatch.RECORD_COUNT, kept.cardinality());
        out.setLong(start + RecordBatch.BASE_TIMESTAMP, base);
        if (sets) {
            out.setShort(start + RecordBatch.ATTRIBUTES, batch.attributes() | RecordBatch.DELETE_HORIZON_BIT);
        }
        if (batch.timestampType() == TimestampType.CREATE_TIME) {
            out.setLong(start + RecordBatch.MAX_TIMESTAMP, newest);
        }
        new RecordBatch().wrap(out, start).writeCrc();
    }
}
