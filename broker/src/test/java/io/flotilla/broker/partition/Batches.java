package io.flotilla.broker.partition;

import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Record batches to produce, and what is in those that are read. */
public final class Batches {
    /** Timestamp of every record, unless a test says otherwise. */
    public static final long TIMESTAMP = 1_000;

    private Batches() {}

    /** A batch of a producer without id. */
    public static ByteBuf of(String... values) {
        return at(TIMESTAMP, values);
    }

    /** A batch whose first record has this timestamp and each further one the next. */
    public static ByteBuf at(long timestamp, String... values) {
        return build(new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT), timestamp, values);
    }

    /** A compressed batch. */
    public static ByteBuf compressed(Compression compression, String... values) {
        return build(
                new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT).compression(compression), TIMESTAMP, values);
    }

    /** A batch of an idempotent producer. */
    public static ByteBuf of(long producerId, int epoch, int sequence, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT);
        return build(builder.producer(producerId, (short) epoch, sequence), TIMESTAMP, values);
    }

    private static ByteBuf build(RecordBatchBuilder builder, long timestamp, String... values) {
        try (builder) {
            for (int i = 0; i < values.length; i++) {
                builder.append(timestamp + i, null, values[i]);
            }
            return builder.build();
        }
    }

    /** The records in these batches, as {@code offset:value}. */
    public static List<String> records(ByteBuf batches) {
        List<String> found = new ArrayList<>();
        BatchCursor cursor = new BatchCursor().wrap(batches);
        while (cursor.next() == BatchCursor.Step.BATCH) {
            RecordBatch batch = cursor.batch();
            Records.list(batch, Integer.MAX_VALUE)
                    .forEach(record -> found.add(record.offset() + ":" + record.valueText()));
        }
        return found;
    }
}
