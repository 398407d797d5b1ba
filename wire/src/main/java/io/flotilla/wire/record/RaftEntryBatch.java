package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * One of Raft's own entries, as a batch between the producers' batches of a segment file. It takes a log index and no
 * offset: its base offset is that of the next record.
 *
 * <p>It is a control batch, not transactional, without a producer id ({@link RecordBatch#isRaftEntry}), of exactly one
 * record at offset delta 0, which is the shape of KRaft's control batches (KIP-595), so Kafka's tools can print a segment.
 * The record's key is version int16 (0) and type int16; its value belongs to the type. A type that Kafka has too must
 * have Kafka's value, or its tools stop there; types from 1000 on are ours and print as unknown.
 *
 * @param type what it says
 * @param value the payload; a view of the batch when parsed
 */
public record RaftEntryBatch(Type type, ByteBuf value) {
    /** What Raft writes into the log for itself. */
    public enum Type {
        /**
         * The no-op that opens a term (Raft thesis, section 6.4). The value is KRaft's LeaderChangeMessage, with a tagged field
         * of ours that Kafka's tools skip: the term. The batch's CRC covers it, as it does not cover the batch's leader epoch,
         * so that a bit that flips there cannot make another term of it.
         */
        LEADER_CHANGE(2),
        /** Offsets below the value, an int64, are deleted. */
        LOG_START(1000),
        /** A configuration of the group. The value is opaque here. */
        VOTERS(1001);

        private static final Type[] ALL = values();
        private final short id;

        Type(int id) {
            this.id = (short) id;
        }

        /** The number in the record's key. */
        public short id() {
            return id;
        }

        private static Type forId(short id) {
            for (Type type : ALL) {
                if (type.id == id) {
                    return type;
                }
            }
            throw malformed("unknown type " + id);
        }
    }

    private static final short KEY_VERSION = 0;
    private static final int KEY_BYTES = 4;
    private static final int TERM_TAG = 1000;
    /** Where the term stands in a leader change: after version, leader, two empty arrays, and the tagged field's head. */
    private static final int TERM_AT = 12;

    /**
     * Builds an entry.
     *
     * @param nextOffset the offset that the next record will get
     * @param term the Raft term
     * @param timestamp milliseconds since the epoch
     * @param value its readable bytes are copied
     * @return a batch that the caller releases
     */
    public static ByteBuf build(
            ByteBufAllocator allocator, long nextOffset, int term, long timestamp, Type type, ByteBuf value) {
        ByteBuf key = Unpooled.buffer(KEY_BYTES).writeShort(KEY_VERSION).writeShort(type.id);
        try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
            return builder.baseOffset(nextOffset)
                    .partitionLeaderEpoch(term)
                    .control()
                    .append(timestamp, key, value, List.of())
                    .build();
        }
    }

    /** Builds the no-op with which a leader opens its term. */
    public static ByteBuf buildLeaderChange(
            ByteBufAllocator allocator, long nextOffset, int term, long timestamp, int leaderId) {
        // KRaft's LeaderChangeMessage, version 0: version, leader, no voters, no granting voters, one tagged field: its
        // tag as a
        // varint, its size, the term.
        ByteBuf value = Unpooled.buffer(TERM_AT + Integer.BYTES)
                .writeShort(0)
                .writeInt(leaderId)
                .writeByte(1)
                .writeByte(1)
                .writeByte(1)
                .writeByte(TERM_TAG & 0x7f | 0x80)
                .writeByte(TERM_TAG >>> 7)
                .writeByte(Integer.BYTES)
                .writeInt(term);
        return build(allocator, nextOffset, term, timestamp, Type.LEADER_CHANGE, value);
    }

    /** Builds the entry that deletes all records below an offset. */
    public static ByteBuf buildLogStart(
            ByteBufAllocator allocator, long nextOffset, int term, long timestamp, long logStartOffset) {
        ByteBuf value = Unpooled.buffer(Long.BYTES).writeLong(logStartOffset);
        return build(allocator, nextOffset, term, timestamp, Type.LOG_START, value);
    }

    /**
     * Reads an entry.
     *
     * @param batch a batch with {@link RecordBatch#isRaftEntry}
     * @throws InvalidBatchException {@link BatchFault#MALFORMED_RECORDS} if it does not have the shape above
     */
    public static RaftEntryBatch parse(RecordBatch batch) {
        if (!batch.isRaftEntry() || batch.compressionId() != Compression.NONE.id() || batch.recordCount() != 1) {
            throw malformed("not a Raft entry: " + batch);
        }
        RecordCursor cursor = new RecordCursor().wrap(batch);
        if (cursor.next() != RecordCursor.Step.RECORD || cursor.keyLength() < KEY_BYTES || !cursor.hasValue()) {
            throw malformed("no key or value: " + batch);
        }
        ByteBuf key = cursor.key();
        ByteBuf value = cursor.value();
        if (cursor.next() != RecordCursor.Step.END) {
            throw malformed(cursor.problem());
        }
        return new RaftEntryBatch(Type.forId(key.getShort(2)), value);
    }

    /** The log start offset of a {@link Type#LOG_START} entry. */
    public long logStartOffset() {
        if (type != Type.LOG_START || value.readableBytes() < Long.BYTES) {
            throw malformed("no log start offset in " + type);
        }
        return value.getLong(value.readerIndex());
    }

    /** The leader of a {@link Type#LEADER_CHANGE} entry. */
    public int leaderId() {
        if (type != Type.LEADER_CHANGE || value.readableBytes() < Short.BYTES + Integer.BYTES) {
            throw malformed("no leader in " + type);
        }
        return value.getInt(value.readerIndex() + Short.BYTES);
    }

    /** The term that a {@link Type#LEADER_CHANGE} entry opens. */
    public int openedTerm() {
        if (type != Type.LEADER_CHANGE || value.readableBytes() != TERM_AT + Integer.BYTES) {
            throw malformed("no term in " + type);
        }
        return value.getInt(value.readerIndex() + TERM_AT);
    }

    private static InvalidBatchException malformed(String what) {
        return new InvalidBatchException(BatchFault.MALFORMED_RECORDS, "Raft entry: " + what);
    }
}
