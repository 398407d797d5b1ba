package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;

/**
 * Batches without records, as compaction leaves them: a header that stands for offsets whose records are gone, so that a log
 * has no holes. Clients step over them; Kafka's cleaner leaves them too.
 */
public final class EmptyBatch {
    private EmptyBatch() {}

    /** Whether a batch takes offsets and has no record. */
    public static boolean is(RecordBatch batch) {
        return batch.recordCount() == 0 && !batch.isControl();
    }

    /**
     * Writes one that nothing is known of but its place.
     *
     * @param nextOffset the offset after it, at most 2^31 above the base offset
     */
    public static void write(ByteBuf out, long baseOffset, long nextOffset, int term) {
        int start = begin(out, baseOffset, term);
        out.setInt(start + RecordBatch.LAST_OFFSET_DELTA, Math.toIntExact(nextOffset - 1 - baseOffset));
        out.setLong(start + RecordBatch.BASE_TIMESTAMP, RecordBatch.NO_TIMESTAMP);
        out.setLong(start + RecordBatch.MAX_TIMESTAMP, RecordBatch.NO_TIMESTAMP);
        out.setLong(start + RecordBatch.PRODUCER_ID, RecordBatch.NO_PRODUCER_ID);
        out.setShort(start + RecordBatch.PRODUCER_EPOCH, RecordBatch.NO_PRODUCER_EPOCH);
        out.setInt(start + RecordBatch.BASE_SEQUENCE, RecordBatch.NO_SEQUENCE);
        new RecordBatch().wrap(out, start).writeCrc();
    }

    /** Writes one that keeps what a batch says of its place, its time and its producer. */
    public static void writeHeaderOf(RecordBatch batch, ByteBuf out) {
        int start = begin(out, batch.baseOffset(), batch.partitionLeaderEpoch());
        out.setShort(start + RecordBatch.ATTRIBUTES, batch.attributes() & RecordBatch.TIMESTAMP_TYPE_BIT);
        out.setInt(start + RecordBatch.LAST_OFFSET_DELTA, batch.lastOffsetDelta());
        out.setLong(start + RecordBatch.BASE_TIMESTAMP, batch.maxTimestamp());
        out.setLong(start + RecordBatch.MAX_TIMESTAMP, batch.maxTimestamp());
        out.setLong(start + RecordBatch.PRODUCER_ID, batch.producerId());
        out.setShort(start + RecordBatch.PRODUCER_EPOCH, batch.producerEpoch());
        out.setInt(start + RecordBatch.BASE_SEQUENCE, batch.baseSequence());
        new RecordBatch().wrap(out, start).writeCrc();
    }

    /** Writes a part of an empty batch: what of it lies from one offset up to another, both within it. */
    public static void writePart(RecordBatch batch, long fromOffset, long toOffset, ByteBuf out) {
        int start = out.writerIndex();
        writeHeaderOf(batch, out);
        int skipped = Math.toIntExact(fromOffset - batch.baseOffset());
        out.setLong(start + RecordBatch.BASE_OFFSET, fromOffset);
        out.setInt(start + RecordBatch.LAST_OFFSET_DELTA, Math.toIntExact(toOffset - 1 - fromOffset));
        if (batch.baseSequence() != RecordBatch.NO_SEQUENCE) {
            int sequence = RecordBatch.addToSequence(batch.baseSequence(), skipped);
            out.setInt(start + RecordBatch.BASE_SEQUENCE, sequence);
        }
        new RecordBatch().wrap(out, start).writeCrc();
    }

    private static int begin(ByteBuf out, long baseOffset, int term) {
        int start = out.writerIndex();
        out.writeZero(RecordBatch.HEADER_BYTES);
        out.setLong(start + RecordBatch.BASE_OFFSET, baseOffset);
        out.setInt(start + RecordBatch.BATCH_LENGTH, RecordBatch.HEADER_BYTES - RecordBatch.SIZE_PREFIX_BYTES);
        out.setInt(start + RecordBatch.PARTITION_LEADER_EPOCH, term);
        out.setByte(start + RecordBatch.MAGIC, RecordBatch.MAGIC_V2);
        return start;
    }
}
