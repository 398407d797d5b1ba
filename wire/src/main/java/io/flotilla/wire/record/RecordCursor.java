package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks the records of one batch where they lie, uncompressed, allocating nothing unless asked for a key, a value or
 * headers. Every length is checked against the bytes left, so damaged bytes end the walk and never leave it. Not
 * thread-safe.
 *
 * <p>Layout of a record (varints are zig-zag encoded as in Protocol Buffers; a length of -1 means null):
 *
 * <pre>
 * length varint, attributes int8 (unused), timestampDelta varlong, offsetDelta varint,
 * keyLength varint, key, valueLength varint, value,
 * headerCount varint, headerCount times: keyLength varint, key UTF-8, valueLength varint, value
 * </pre>
 */
public final class RecordCursor {
    /** What {@link #next} found. All but {@link #RECORD} are final. */
    public enum Step {
        /** A whole record. */
        RECORD,
        /** As many records as the header counts have been read, and no bytes are left. */
        END,
        /** The bytes are not what the header or the record promised: see {@link #problem}. */
        MALFORMED
    }

    /**
     * Most bytes taken from the buffer at a time. Numbers are read from an array, because a buffer's own getter checks bounds and
     * liveness for each byte, which takes longer than what is done with it; so few, because most of a large record is skipped.
     */
    private static final int MOST_AHEAD = 256;

    private ByteBuf body;
    private final byte[] ahead = new byte[MOST_AHEAD];
    /** Index in the body of the first byte that was taken ahead. */
    private int aheadFrom;

    private int aheadSize;
    private int at;
    private int end;
    private int count;
    private long baseOffset;
    private long baseTimestamp;
    private boolean logAppendTime;

    private int index;
    private int position;
    private byte attributes;
    private long timestampDelta;
    private int offsetDelta;
    private long timestamp;
    /** Of what follows the offset: key, value, headers. */
    private int contentPosition;

    private int keyPosition;
    private int keyLength;
    private int valuePosition;
    private int valueLength;
    private int headerCount;
    private int headersPosition;
    private String problem;

    /** Starts over at the records of an uncompressed batch. */
    public RecordCursor wrap(RecordBatch batch) {
        int from = batch.recordsPosition();
        return wrap(batch, batch.buffer(), from, from + batch.recordsSizeInBytes());
    }

    /**
     * Starts over at records that lie apart from their header because they were decompressed.
     *
     * @param batch the header; read now and not kept
     * @param body the decompressed records: its readable bytes
     */
    public RecordCursor wrap(RecordBatch batch, ByteBuf body) {
        return wrap(batch, body, body.readerIndex(), body.writerIndex());
    }

    private RecordCursor wrap(RecordBatch batch, ByteBuf body, int from, int to) {
        this.body = body;
        this.aheadSize = 0;
        this.at = from;
        this.end = to;
        this.count = batch.recordCount();
        this.baseOffset = batch.baseOffset();
        this.logAppendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        this.baseTimestamp = logAppendTime ? batch.maxTimestamp() : batch.baseTimestamp();
        this.index = -1;
        this.position = from;
        this.problem = null;
        return this;
    }

    /** Moves to the next record. */
    public Step next() {
        if (problem != null) {
            return Step.MALFORMED;
        }
        if (index + 1 >= count) {
            position = at;
            return at == end ? Step.END : malformed("bytes left after the last record");
        }
        index++;
        position = at;
        int length = readVarint(end);
        if (problem != null || length < 0 || length > end - at) {
            return malformed("record length beyond the batch");
        }
        return readRecord(at + length) ? Step.RECORD : malformed("record contents contradict its length");
    }

    private boolean readRecord(int recordEnd) {
        if (at == recordEnd) {
            return false;
        }
        attributes = nextByte(); // unused by any client so far
        timestampDelta = readVarlong(recordEnd);
        timestamp = logAppendTime ? baseTimestamp : baseTimestamp + timestampDelta;
        offsetDelta = readVarint(recordEnd);
        contentPosition = at;
        keyLength = readLength(recordEnd);
        keyPosition = at;
        skip(keyLength, recordEnd);
        valueLength = readLength(recordEnd);
        valuePosition = at;
        skip(valueLength, recordEnd);
        headerCount = readVarint(recordEnd);
        headersPosition = at;
        if (problem != null || headerCount < 0) {
            return false;
        }
        for (int i = 0; i < headerCount && problem == null; i++) {
            int length = readVarint(recordEnd);
            if (length < 0) {
                return false;
            }
            skip(length, recordEnd);
            skip(readLength(recordEnd), recordEnd);
        }
        return problem == null && at == recordEnd;
    }

    /** Number of the record in the batch, from 0. */
    public int index() {
        return index;
    }

    /** Absolute index of the record's first byte, or of where the walk ended, in the buffer that holds the records. */
    public int position() {
        return position;
    }

    /** Offset of the record. */
    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** Offset of the record relative to the batch's base offset. */
    public int offsetDelta() {
        return offsetDelta;
    }

    /** Timestamp of the record, in milliseconds since the epoch. */
    public long timestamp() {
        return timestamp;
    }

    /** Whether the record has a key (an empty one is one). */
    public boolean hasKey() {
        return keyLength >= 0;
    }

    /** Bytes of the key, or -1 if it has none. */
    public int keyLength() {
        return keyLength;
    }

    /** A view of the key, not retained, or null if it has none. */
    public ByteBuf key() {
        return keyLength < 0 ? null : body.slice(keyPosition, keyLength);
    }

    /** Whether the record has a value; without one it is a tombstone in a compacted topic. */
    public boolean hasValue() {
        return valueLength >= 0;
    }

    /** Bytes of the value, or -1 if it has none. */
    public int valueLength() {
        return valueLength;
    }

    /** A view of the value, not retained, or null if it has none. */
    public ByteBuf value() {
        return valueLength < 0 ? null : body.slice(valuePosition, valueLength);
    }

    /** Number of headers. */
    public int headerCount() {
        return headerCount;
    }

    /** The headers, their values as views that are not retained. */
    public List<RecordHeader> headers() {
        if (headerCount == 0) {
            return List.of();
        }
        int resume = at;
        List<RecordHeader> headers = new ArrayList<>(headerCount);
        at = headersPosition;
        for (int i = 0; i < headerCount; i++) {
            int length = readVarint(resume);
            String key = body.toString(at, length, StandardCharsets.UTF_8);
            at += length;
            int size = readLength(resume);
            headers.add(new RecordHeader(key, size < 0 ? null : body.slice(at, size)));
            skip(size, resume);
        }
        at = resume;
        return headers;
    }

    /** The record as a value whose key, value and headers are views: good for as long as the bytes are. */
    public Record record() {
        return new Record(offset(), timestamp, key(), value(), headers());
    }

    /** Writes the record as it stands, for a batch whose base timestamp is less than this one's by so many milliseconds. */
    void writeTo(ByteBuf out, long timestampShift) {
        long delta = timestampDelta + timestampShift;
        int size = 1 + Varints.sizeOfLong(delta) + Varints.sizeOfInt(offsetDelta) + at - contentPosition;
        Varints.writeInt(out, size);
        out.writeByte(attributes);
        Varints.writeLong(out, delta);
        Varints.writeInt(out, offsetDelta);
        out.writeBytes(body, contentPosition, at - contentPosition);
    }

    /** What was wrong at {@link Step#MALFORMED}, otherwise null. */
    public String problem() {
        return problem;
    }

    private Step malformed(String what) {
        problem = what;
        return Step.MALFORMED;
    }

    private void skip(int length, int limit) {
        if (length > limit - at) {
            problem = "field length beyond the record";
        } else if (length > 0) {
            at += length;
        }
    }

    /** The byte at the position, which is before the end; moves on. */
    private byte nextByte() {
        int index = at - aheadFrom;
        if (index < 0 || index >= aheadSize) {
            aheadFrom = at;
            aheadSize = Math.min(MOST_AHEAD, end - at);
            body.getBytes(at, ahead, 0, aheadSize);
            index = 0;
        }
        at++;
        return ahead[index];
    }

    /** A length of which every negative value means null, as Kafka reads it. */
    private int readLength(int limit) {
        return Math.max(-1, readVarint(limit));
    }

    private int readVarint(int limit) {
        int raw = 0;
        for (int shift = 0; shift < 35 && at < limit; shift += 7) {
            byte next = nextByte();
            raw |= (next & 0x7f) << shift;
            if (next >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        problem = "unfinished number";
        return 0;
    }

    private long readVarlong(int limit) {
        long raw = 0;
        for (int shift = 0; shift < 70 && at < limit; shift += 7) {
            byte next = nextByte();
            raw |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        problem = "unfinished number";
        return 0;
    }
}
