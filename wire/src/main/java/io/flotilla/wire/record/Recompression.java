package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Compresses the records of a batch in another way, for topics that say how ({@code compression.type}). */
public final class Recompression {
    private Recompression() {}

    /**
     * A copy of a batch, otherwise the same, whose records are compressed in a given way.
     *
     * @param maxDecompressedBytes refuse to decompress the batch into more than this
     * @return a buffer that the caller releases
     * @throws InvalidBatchException if the batch cannot be decompressed
     */
    public static ByteBuf recompress(
            ByteBufAllocator allocator, RecordBatch batch, Compression wanted, int maxDecompressedBytes) {
        ByteBuf records = batch.compression()
                .decompress(batch.buffer(), batch.recordsPosition(), batch.recordsSizeInBytes(), maxDecompressedBytes);
        ByteBuf copy = allocator.buffer(RecordBatch.HEADER_BYTES + records.readableBytes());
        try {
            copy.writeBytes(batch.buffer(), batch.position(), RecordBatch.HEADER_BYTES);
            wanted.compress(records, copy);
            copy.setInt(RecordBatch.BATCH_LENGTH, copy.readableBytes() - RecordBatch.SIZE_PREFIX_BYTES);
            int others = batch.attributes() & ~RecordBatch.COMPRESSION_MASK;
            copy.setShort(RecordBatch.ATTRIBUTES, others | wanted.id());
            new RecordBatch().wrap(copy, 0).writeCrc();
        } catch (RuntimeException e) {
            copy.release();
            throw e;
        } finally {
            records.release();
        }
        return copy;
    }
}
