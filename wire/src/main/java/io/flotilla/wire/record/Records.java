package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads the records of batches that are known to be good, compressed or not. */
public final class Records {
    private Records() {}

    /**
     * Hands each record of a batch to a consumer, in order. Keys, values and headers are views that are good during the
     * call only; the decompressed bytes, if any, are released before this returns.
     *
     * @param maxDecompressedBytes refuse to decompress the batch into more than this
     * @throws InvalidBatchException if the batch cannot be read
     */
    public static void forEach(RecordBatch batch, int maxDecompressedBytes, Consumer<Record> consumer) {
        Compression compression = batch.compression();
        RecordCursor cursor = new RecordCursor();
        if (compression == Compression.NONE) {
            drain(batch, cursor.wrap(batch), consumer);
            return;
        }
        ByteBuf body = compression.decompress(
                batch.buffer(), batch.recordsPosition(), batch.recordsSizeInBytes(), maxDecompressedBytes);
        try {
            drain(batch, cursor.wrap(batch, body), consumer);
        } finally {
            body.release();
        }
    }

    /**
     * The records of a batch as copies that own their bytes.
     *
     * @param maxDecompressedBytes refuse to decompress the batch into more than this
     * @throws InvalidBatchException if the batch cannot be read
     */
    public static List<Record> list(RecordBatch batch, int maxDecompressedBytes) {
        List<Record> records = new ArrayList<>();
        forEach(batch, maxDecompressedBytes, record -> records.add(record.detached()));
        return records;
    }

    private static void drain(RecordBatch batch, RecordCursor cursor, Consumer<Record> consumer) {
        while (true) {
            switch (cursor.next()) {
                case RECORD -> consumer.accept(cursor.record());
                case END -> {
                    return;
                }
                case MALFORMED ->
                    throw new InvalidBatchException(
                            BatchFault.MALFORMED_RECORDS,
                            "record %d of the batch at offset %d: %s"
                                    .formatted(cursor.index(), batch.baseOffset(), cursor.problem()));
            }
        }
    }
}
