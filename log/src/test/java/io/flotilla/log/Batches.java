package io.flotilla.log;

import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Makes batches for tests. */
public final class Batches {
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private Batches() {}

    /** Records with these timestamps, each with a value of this many bytes. */
    public static ByteBuf records(Compression compression, int valueBytes, long... timestamps) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(ALLOCATOR).compression(compression)) {
            for (long timestamp : timestamps) {
                builder.append(timestamp, "key", "v".repeat(valueBytes));
            }
            return builder.build();
        }
    }

    /** A record with a value of this many zero bytes. */
    public static ByteBuf zeros(int valueBytes) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(ALLOCATOR)) {
            return builder.append(1, "key", "\0".repeat(valueBytes)).build();
        }
    }

    /** This many records of an idempotent producer. */
    public static ByteBuf produced(long producerId, int epoch, int firstSequence, int count, int valueBytes) {
        try (RecordBatchBuilder builder =
                new RecordBatchBuilder(ALLOCATOR).producer(producerId, (short) epoch, firstSequence)) {
            for (int i = 0; i < count; i++) {
                builder.append(1000L + firstSequence + i, "key", "p".repeat(valueBytes));
            }
            return builder.build();
        }
    }

    public static ByteBuf leaderChange(int leader, int term) {
        return RaftEntryBatch.buildLeaderChange(ALLOCATOR, 0, term, 5, leader);
    }

    public static ByteBuf voters(byte[] value) {
        return RaftEntryBatch.build(ALLOCATOR, 0, 0, 5, RaftEntryBatch.Type.VOTERS, Unpooled.wrappedBuffer(value));
    }

    public static ByteBuf logStart(long offset) {
        return RaftEntryBatch.buildLogStart(ALLOCATOR, 0, 0, 5, offset);
    }
}
