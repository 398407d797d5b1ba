package io.flotilla.wire.message;

import io.netty.buffer.ByteBuf;

/**
 * Where the bytes of {@code records} fields go while a message is written. A sink that sends without copying remembers
 * {@code out.writerIndex()} and {@code records}, writes nothing, and later sends the pieces of {@code out} with the
 * records between them.
 */
@FunctionalInterface
public interface RecordsSink {
    /** Copies the records into the message. */
    RecordsSink COPY = (out, records) -> out.writeBytes(records, records.readerIndex(), records.readableBytes());

    /** Called once per {@code records} field that is not null, in order, after its length was written to {@code out}. */
    void accept(ByteBuf out, ByteBuf records);
}
