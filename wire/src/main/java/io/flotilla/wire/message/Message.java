package io.flotilla.wire.message;

import io.netty.buffer.ByteBuf;
import java.util.UUID;

/**
 * A message that can be encoded in several versions. Every implementation {@code M} is a generated record with
 *
 * <ul>
 *   <li>{@code static M read(ByteBuf in, short version)}, which moves the reader index past the message, or throws
 *       {@link MalformedMessageException} and leaves the index anywhere;
 *   <li>{@code static Builder builder()}, with every field at its default;
 *   <li>{@code LOWEST_VERSION}, {@code HIGHEST_VERSION}, and {@code LOWEST_FLEXIBLE_VERSION}, which is above the highest
 *       version where none is flexible.
 * </ul>
 *
 * <p>Lists and byte arrays are taken and handed out as they are, not copied: do not change them afterwards.
 *
 * <p>A {@code records} field is a {@code ByteBuf}. Read, it is a slice of the input that shares the input's reference
 * count: it lives as long as the frame, and who keeps it longer retains it. Written, its readable bytes are used, its
 * indexes stay, and its reference count is left to the {@link RecordsSink}; the plain {@link #write(ByteBuf, short)}
 * copies and releases nothing.
 */
public interface Message {
    /** What {@code uuid} fields hold when there is none. */
    UUID ZERO_UUID = new UUID(0, 0);

    /** The exact number of bytes {@link #write(ByteBuf, short)} will write. */
    int size(short version);

    /**
     * Appends this message.
     *
     * @throws UnwritableMessageException if a field holds a value that {@code version} cannot express
     */
    void write(ByteBuf out, short version);

    /** Like {@link #write(ByteBuf, short)}, but hands the bytes of {@code records} fields to {@code sink}. */
    default void write(ByteBuf out, short version, RecordsSink sink) {
        write(out, version);
    }
}
