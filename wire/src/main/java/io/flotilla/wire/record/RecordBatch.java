package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A reusable view of one record batch in a buffer: {@link #wrap} it around the batch's first byte and read. It holds no
 * reference count and copies nothing. Not thread-safe.
 *
 * <p>Layout (big-endian, KIP-98), the position of each field from the start of the batch:
 *
 * <pre>
 *  0 baseOffset            int64   set by the broker, not covered by the CRC
 *  8 batchLength           int32   bytes that follow this field
 * 12 partitionLeaderEpoch  int32   the Raft term; set by the broker, not covered by the CRC
 * 16 magic                 int8    2
 * 17 crc                   uint32  CRC-32C of everything from attributes to the end of the batch
 * 21 attributes            int16   0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 * 23 lastOffsetDelta       int32
 * 27 baseTimestamp         int64   milliseconds since the epoch; the delete horizon if bit 6 is set
 * 35 maxTimestamp          int64
 * 43 producerId            int64   -1: not idempotent
 * 51 producerEpoch         int16
 * 53 baseSequence          int32
 * 57 recordCount           int32
 * 61 records
 * </pre>
 *
 * <p>The view trusts its bytes: establish with {@link BatchCursor} (is there a whole batch?), {@link #isCrcValid} (is it
 * the one that was written?) or {@link BatchValidator} (may a client send it?) that they deserve it. Accessors of the
 * header need only the {@link #HEADER_BYTES} to be in the buffer, so a header read alone from a file can be viewed too.
 * Reading outside the buffer throws {@link IndexOutOfBoundsException}.
 */
public final class RecordBatch {
    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;
    /** Bytes up to and including {@code batchLength}: what is needed to learn the size of a batch. */
    public static final int SIZE_PREFIX_BYTES = 12;
    /** The only record format version this broker stores. */
    public static final byte MAGIC_V2 = 2;
    /** The producer id of a batch without idempotence. */
    public static final long NO_PRODUCER_ID = -1L;
    /** The producer epoch of a batch without idempotence. */
    public static final short NO_PRODUCER_EPOCH = -1;
    /** The base sequence of a batch without idempotence. */
    public static final int NO_SEQUENCE = -1;
    /** A record without a timestamp. */
    public static final long NO_TIMESTAMP = -1L;
    /** A partition leader epoch not set yet, as producers send it. */
    public static final int NO_LEADER_EPOCH = -1;

    static final int BASE_OFFSET = 0;
    static final int BATCH_LENGTH = 8;
    static final int PARTITION_LEADER_EPOCH = 12;
    static final int MAGIC = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int RECORD_COUNT = 57;

    static final int COMPRESSION_MASK = 0x07;
    static final int TIMESTAMP_TYPE_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    private final CRC32C crc = new CRC32C();
    private ByteBuf buffer;
    private int position;

    /**
     * Points this view at another batch.
     *
     * @param buffer holds the batch; the caller keeps it alive for as long as the view is used
     * @param position absolute index of the batch's first byte, independent of the reader index
     * @return this view
     */
    public RecordBatch wrap(ByteBuf buffer, int position) {
        this.buffer = buffer;
        this.position = position;
        return this;
    }

    /** The buffer given to {@link #wrap}. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** Absolute index of the batch's first byte in {@link #buffer}. */
    public int position() {
        return position;
    }

    /**
     * Offset of the first record; for a {@linkplain #isRaftEntry Raft entry} the offset that the next record will get.
     */
    public long baseOffset() {
        return buffer.getLong(position + BASE_OFFSET);
    }

    /** Bytes of the whole batch, as its length field states. At least {@link #HEADER_BYTES} in a well-formed batch. */
    public int sizeInBytes() {
        return SIZE_PREFIX_BYTES + buffer.getInt(position + BATCH_LENGTH);
    }

    /** The Raft term in which the batch was appended; Kafka calls it the leader epoch. */
    public int partitionLeaderEpoch() {
        return buffer.getInt(position + PARTITION_LEADER_EPOCH);
    }

    /** Record format version. */
    public byte magic() {
        return buffer.getByte(position + MAGIC);
    }

    /** The stored CRC-32C, 0 to 2^32 - 1. */
    public long crc() {
        return buffer.getUnsignedInt(position + CRC);
    }

    /** The attribute bits, as laid out above. */
    public short attributes() {
        return buffer.getShort(position + ATTRIBUTES);
    }

    /** The compression id, 0 to 7, of which 5 to 7 have no meaning. */
    public int compressionId() {
        return attributes() & COMPRESSION_MASK;
    }

    /**
     * How the records are compressed.
     *
     * @throws InvalidBatchException {@link BatchFault#UNKNOWN_COMPRESSION} for an id without meaning
     */
    public Compression compression() {
        return Compression.forId(compressionId());
    }

    /** Whether the timestamps are the producer's or the broker's. */
    public TimestampType timestampType() {
        return has(TIMESTAMP_TYPE_BIT) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }

    /** Whether the batch is part of a transaction (a transaction marker is, too). */
    public boolean isTransactional() {
        return has(TRANSACTIONAL_BIT);
    }

    /** Whether the records are not user data: a transaction marker or a Raft entry. */
    public boolean isControl() {
        return has(CONTROL_BIT);
    }

    /** Whether compaction has set the time after which tombstones of this batch may go. */
    public boolean hasDeleteHorizon() {
        return has(DELETE_HORIZON_BIT);
    }

    /** The delete horizon in milliseconds since the epoch, or {@link #NO_TIMESTAMP}. */
    public long deleteHorizon() {
        return hasDeleteHorizon() ? baseTimestamp() : NO_TIMESTAMP;
    }

    /**
     * Whether this is one of Raft's own entries: it takes one log index and no offset. Told by the control bit without the
     * transactional bit and without a producer id, which no transaction marker is.
     */
    public boolean isRaftEntry() {
        return (attributes() & (CONTROL_BIT | TRANSACTIONAL_BIT)) == CONTROL_BIT && producerId() == NO_PRODUCER_ID;
    }

    /** Offset of the last record, relative to {@link #baseOffset}. */
    public int lastOffsetDelta() {
        return buffer.getInt(position + LAST_OFFSET_DELTA);
    }

    /** How many offsets the batch takes: none for a {@linkplain #isRaftEntry Raft entry}. */
    public long offsetCount() {
        return isRaftEntry() ? 0 : lastOffsetDelta() + 1L;
    }

    /** Offset that the record after this batch gets. */
    public long nextOffset() {
        return baseOffset() + offsetCount();
    }

    /** Offset of the last record; one less than {@link #baseOffset} for a {@linkplain #isRaftEntry Raft entry}. */
    public long lastOffset() {
        return nextOffset() - 1;
    }

    /** What the records' timestamps are relative to, in milliseconds since the epoch. */
    public long baseTimestamp() {
        return buffer.getLong(position + BASE_TIMESTAMP);
    }

    /** Largest timestamp of the records, in milliseconds since the epoch; every record's with LOG_APPEND_TIME. */
    public long maxTimestamp() {
        return buffer.getLong(position + MAX_TIMESTAMP);
    }

    /** Largest timestamp of the records, or {@link #NO_TIMESTAMP} if compaction has left none. */
    public long latestTimestamp() {
        return recordCount() == 0 ? NO_TIMESTAMP : maxTimestamp();
    }

    /** The idempotent producer that wrote this, or {@link #NO_PRODUCER_ID}. */
    public long producerId() {
        return buffer.getLong(position + PRODUCER_ID);
    }

    /** Whether an idempotent producer wrote this. */
    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    /** Epoch of the producer, or {@link #NO_PRODUCER_EPOCH}. */
    public short producerEpoch() {
        return buffer.getShort(position + PRODUCER_EPOCH);
    }

    /** Sequence number of the first record, or {@link #NO_SEQUENCE}. */
    public int baseSequence() {
        return buffer.getInt(position + BASE_SEQUENCE);
    }

    /** Sequence number of the last record, or {@link #NO_SEQUENCE}. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : addToSequence(base, lastOffsetDelta());
    }

    /** Number of records in the batch. Compaction may leave less than {@link #offsetCount}, even none. */
    public int recordCount() {
        return buffer.getInt(position + RECORD_COUNT);
    }

    /** Whether compaction has changed it: other replicas may hold other bytes for the same place. */
    public boolean isCompacted() {
        return !isControl() && (recordCount() != offsetCount() || hasDeleteHorizon());
    }

    /** Absolute index in {@link #buffer} of the first byte after the header, where the (compressed) records begin. */
    public int recordsPosition() {
        return position + HEADER_BYTES;
    }

    /** Bytes of the (compressed) records. */
    public int recordsSizeInBytes() {
        return sizeInBytes() - HEADER_BYTES;
    }

    /** Sets the offset of the first record. The CRC does not cover it. */
    public void setBaseOffset(long baseOffset) {
        buffer.setLong(position + BASE_OFFSET, baseOffset);
    }

    /** Sets the Raft term. The CRC does not cover it. */
    public void setPartitionLeaderEpoch(int partitionLeaderEpoch) {
        buffer.setInt(position + PARTITION_LEADER_EPOCH, partitionLeaderEpoch);
    }

    /**
     * Sets the timestamp type and the largest timestamp, and computes the CRC anew: for topics whose records are stamped
     * by the broker, and for producers that state a wrong maximum.
     */
    public void setMaxTimestamp(TimestampType type, long maxTimestamp) {
        int withoutType = attributes() & ~TIMESTAMP_TYPE_BIT;
        int typeBit = type == TimestampType.LOG_APPEND_TIME ? TIMESTAMP_TYPE_BIT : 0;
        buffer.setShort(position + ATTRIBUTES, withoutType | typeBit);
        buffer.setLong(position + MAX_TIMESTAMP, maxTimestamp);
        writeCrc();
    }

    /**
     * The CRC-32C of the bytes from attributes to the end of the batch.
     *
     * @throws IndexOutOfBoundsException if the batch, by its length field, does not lie in the buffer
     */
    public long computeCrc() {
        int length = sizeInBytes() - ATTRIBUTES;
        // The array behind a pooled buffer goes on after the buffer's end.
        int from = Objects.checkFromIndexSize(position + ATTRIBUTES, length, buffer.capacity());
        crc.reset();
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + from, length);
        } else if (buffer.nioBufferCount() == 1) {
            crc.update(buffer.nioBuffer(from, length));
        } else {
            for (ByteBuffer part : buffer.nioBuffers(from, length)) {
                crc.update(part);
            }
        }
        return crc.getValue();
    }

    /** Whether the stored CRC is that of the bytes. */
    public boolean isCrcValid() {
        return computeCrc() == crc();
    }

    void writeCrc() {
        buffer.setInt(position + CRC, (int) computeCrc());
    }

    private boolean has(int attributeBit) {
        return (attributes() & attributeBit) != 0;
    }

    /** {@code sequence + increment}; sequence numbers go on with 0 after {@link Integer#MAX_VALUE}. */
    public static int addToSequence(int sequence, int increment) {
        return sequence > Integer.MAX_VALUE - increment
                ? increment - (Integer.MAX_VALUE - sequence) - 1
                : sequence + increment;
    }

    /** One line for logs and error reports: the header's fields. */
    @Override
    public String toString() {
        if (buffer == null) {
            return "RecordBatch(nowhere)";
        }
        return "RecordBatch(position=%d, size=%d, baseOffset=%d, lastOffsetDelta=%d, count=%d, leaderEpoch=%d, "
                        .formatted(
                                position,
                                sizeInBytes(),
                                baseOffset(),
                                lastOffsetDelta(),
                                recordCount(),
                                partitionLeaderEpoch())
                + "magic=%d, crc=%08x, attributes=%04x, producer=%d/%d/%d, timestamps=%d..%d)"
                        .formatted(
                                magic(),
                                crc(),
                                attributes(),
                                producerId(),
                                producerEpoch(),
                                baseSequence(),
                                baseTimestamp(),
                                maxTimestamp());
    }
}
