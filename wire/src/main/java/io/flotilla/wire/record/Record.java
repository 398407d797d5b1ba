package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One record, for readers that want an object: coordinators, tools, tests. Key, value and header values may be views of a
 * buffer that somebody else owns; {@link #detached} makes a record that owns itself.
 *
 * @param offset its offset
 * @param timestamp milliseconds since the epoch, or {@link RecordBatch#NO_TIMESTAMP}
 * @param key the key, or null
 * @param value the value, or null for a tombstone
 * @param headers its headers, in order
 */
public record Record(long offset, long timestamp, ByteBuf key, ByteBuf value, List<RecordHeader> headers) {
    /** A copy on the heap, with nothing to release. */
    public Record detached() {
        List<RecordHeader> own = headers.stream()
                .map(header -> new RecordHeader(header.key(), copy(header.value())))
                .toList();
        return new Record(offset, timestamp, copy(key), copy(value), own);
    }

    /** The key read as UTF-8, or null. */
    public String keyText() {
        return key == null ? null : key.toString(StandardCharsets.UTF_8);
    }

    /** The value read as UTF-8, or null. */
    public String valueText() {
        return value == null ? null : value.toString(StandardCharsets.UTF_8);
    }

    private static ByteBuf copy(ByteBuf bytes) {
        return bytes == null ? null : Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes));
    }
}
