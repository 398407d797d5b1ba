package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A header of a record.
 *
 * @param key its name, never null
 * @param value its bytes, or null
 */
public record RecordHeader(String key, ByteBuf value) {
    /** A header with a text value in UTF-8. */
    public static RecordHeader of(String key, String value) {
        return new RecordHeader(key, Unpooled.wrappedBuffer(value.getBytes(StandardCharsets.UTF_8)));
    }
}
