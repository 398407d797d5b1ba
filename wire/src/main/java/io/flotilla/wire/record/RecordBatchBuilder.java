package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Builds one record batch. Offsets follow each other from the base offset. What it writes is, uncompressed, byte for byte
 * what Kafka's own client writes.
 *
 * <pre>{@code
 * try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
 *     ByteBuf batch = builder.compression(Compression.ZSTD).append(timestamp, key, value).build();
 * }
 * }</pre>
 *
 * <p>{@link #close} frees what a builder holds if it was not built. Not thread-safe.
 */
public final class RecordBatchBuilder implements AutoCloseable {
    private static final int INITIAL_BYTES = 512;

    private final ByteBufAllocator allocator;
    /** The header's place, then the records uncompressed. Null once built or closed. */
    private ByteBuf buffer;

    private Compression compression = Compression.NONE;
    private int attributes;
    private long baseOffset;
    private int partitionLeaderEpoch = RecordBatch.NO_LEADER_EPOCH;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private long baseTimestamp;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private long logAppendTime = RecordBatch.NO_TIMESTAMP;
    private int count;

    /** A builder for a plain batch as a producer sends it: base offset 0, uncompressed, not idempotent. */
    public RecordBatchBuilder(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.buffer = allocator.buffer(INITIAL_BYTES).writeZero(RecordBatch.HEADER_BYTES);
    }

    /** Compresses the records with this. */
    public RecordBatchBuilder compression(Compression compression) {
        this.compression = compression;
        return this;
    }

    /** The offset of the first record. */
    public RecordBatchBuilder baseOffset(long baseOffset) {
        this.baseOffset = baseOffset;
        return this;
    }

    /** The Raft term. */
    public RecordBatchBuilder partitionLeaderEpoch(int partitionLeaderEpoch) {
        this.partitionLeaderEpoch = partitionLeaderEpoch;
        return this;
    }

    /** The idempotent producer, its epoch, and the sequence number of the first record. */
    public RecordBatchBuilder producer(long producerId, short producerEpoch, int baseSequence) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.baseSequence = baseSequence;
        return this;
    }

    /** Makes the batch part of its producer's transaction. */
    public RecordBatchBuilder transactional() {
        attributes |= RecordBatch.TRANSACTIONAL_BIT;
        return this;
    }

    /** Makes the batch a control batch. */
    public RecordBatchBuilder control() {
        attributes |= RecordBatch.CONTROL_BIT;
        return this;
    }

    /** Says that all records have this timestamp, the broker's. */
    public RecordBatchBuilder logAppendTime(long timestamp) {
        attributes |= RecordBatch.TIMESTAMP_TYPE_BIT;
        logAppendTime = timestamp;
        return this;
    }

    /** Adds a record without headers. */
    public RecordBatchBuilder append(long timestamp, byte[] key, byte[] value) {
        return append(timestamp, wrap(key), wrap(value), List.of());
    }

    /** Adds a record of UTF-8 text without headers. */
    public RecordBatchBuilder append(long timestamp, String key, String value) {
        return append(timestamp, wrap(key), wrap(value), List.of());
    }

    /** Adds a record as it was read, with its timestamp and the next offset. */
    public RecordBatchBuilder append(Record record) {
        return append(record.timestamp(), record.key(), record.value(), record.headers());
    }

    /**
     * Adds a record.
     *
     * @param timestamp milliseconds since the epoch, or {@link RecordBatch#NO_TIMESTAMP}
     * @param key its readable bytes are copied and not consumed; null for none
     * @param value likewise
     * @param headers in order
     */
    public RecordBatchBuilder append(long timestamp, ByteBuf key, ByteBuf value, List<RecordHeader> headers) {
        if (buffer == null) {
            throw new IllegalStateException("the batch is built already");
        }
        if (timestamp < RecordBatch.NO_TIMESTAMP) {
            throw new IllegalArgumentException("negative timestamp " + timestamp);
        }
        if (count == 0) {
            baseTimestamp = timestamp;
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        long timestampDelta = timestamp - baseTimestamp;
        Varints.writeInt(buffer, bodySize(timestampDelta, key, value, headers));
        buffer.writeByte(0);
        Varints.writeLong(buffer, timestampDelta);
        Varints.writeInt(buffer, count);
        writeBytes(key);
        writeBytes(value);
        Varints.writeInt(buffer, headers.size());
        for (RecordHeader header : headers) {
            Varints.writeInt(buffer, ByteBufUtil.utf8Bytes(header.key()));
            buffer.writeCharSequence(header.key(), StandardCharsets.UTF_8);
            writeBytes(header.value());
        }
        count++;
        return this;
    }

    /** Number of records so far. */
    public int recordCount() {
        return count;
    }

    /** Bytes of the batch so far, before compression. */
    public int sizeInBytes() {
        return buffer.readableBytes();
    }

    /**
     * Finishes the batch. The builder cannot be used afterwards.
     *
     * @return the batch as the readable bytes of a buffer that the caller releases
     * @throws IllegalStateException if there are no records
     */
    public ByteBuf build() {
        if (buffer == null || count == 0) {
            throw new IllegalStateException(buffer == null ? "the batch is built already" : "a batch needs a record");
        }
        ByteBuf batch = compression == Compression.NONE ? buffer : compressed();
        buffer = null;
        boolean fromBroker = (attributes & RecordBatch.TIMESTAMP_TYPE_BIT) != 0;
        int start = batch.readerIndex();
        batch.setLong(start + RecordBatch.BASE_OFFSET, baseOffset);
        batch.setInt(start + RecordBatch.BATCH_LENGTH, batch.readableBytes() - RecordBatch.SIZE_PREFIX_BYTES);
        batch.setInt(start + RecordBatch.PARTITION_LEADER_EPOCH, partitionLeaderEpoch);
        batch.setByte(start + RecordBatch.MAGIC, RecordBatch.MAGIC_V2);
        batch.setShort(start + RecordBatch.ATTRIBUTES, attributes | compression.id());
        batch.setInt(start + RecordBatch.LAST_OFFSET_DELTA, count - 1);
        batch.setLong(start + RecordBatch.BASE_TIMESTAMP, baseTimestamp);
        batch.setLong(start + RecordBatch.MAX_TIMESTAMP, fromBroker ? logAppendTime : maxTimestamp);
        batch.setLong(start + RecordBatch.PRODUCER_ID, producerId);
        batch.setShort(start + RecordBatch.PRODUCER_EPOCH, producerEpoch);
        batch.setInt(start + RecordBatch.BASE_SEQUENCE, baseSequence);
        batch.setInt(start + RecordBatch.RECORD_COUNT, count);
        new RecordBatch().wrap(batch, start).writeCrc();
        return batch;
    }

    /** Frees the records of a batch that was not built. */
    @Override
    public void close() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    private ByteBuf compressed() {
        ByteBuf plain = buffer;
        ByteBuf batch = allocator.buffer(plain.readableBytes());
        try {
            batch.writeZero(RecordBatch.HEADER_BYTES);
            compression.compress(plain.skipBytes(RecordBatch.HEADER_BYTES), batch);
        } catch (RuntimeException e) {
            batch.release();
            throw e;
        }
        plain.release();
        return batch;
    }

    private int bodySize(long timestampDelta, ByteBuf key, ByteBuf value, List<RecordHeader> headers) {
        int size = 1 + Varints.sizeOfLong(timestampDelta) + Varints.sizeOfInt(count);
        size = Math.addExact(size, sizeOf(key));
        size = Math.addExact(size, sizeOf(value));
        size += Varints.sizeOfInt(headers.size());
        for (RecordHeader header : headers) {
            int keySize = ByteBufUtil.utf8Bytes(header.key());
            size = Math.addExact(size, Varints.sizeOfInt(keySize) + keySize);
            size = Math.addExact(size, sizeOf(header.value()));
        }
        return size;
    }

    private static int sizeOf(ByteBuf bytes) {
        return bytes == null ? Varints.sizeOfInt(-1) : Varints.sizeOfInt(bytes.readableBytes()) + bytes.readableBytes();
    }

    private void writeBytes(ByteBuf bytes) {
        if (bytes == null) {
            Varints.writeInt(buffer, -1);
        } else {
            Varints.writeInt(buffer, bytes.readableBytes());
            buffer.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        }
    }

    private static ByteBuf wrap(byte[] bytes) {
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    private static ByteBuf wrap(String text) {
        return text == null ? null : Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
