package io.flotilla.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * Cuts frames out of a byte stream. Bytes of a frame that is not complete yet stay in a buffer of which the next read is told
 * to fill the rest, so a large frame arrives in one buffer of its own, read from the socket straight into place; small
 * frames are slices of the buffer they arrived in together. Not thread-safe.
 *
 * <p>A frame of more than {@link #TRUSTED_BYTES} gets its full buffer only as bytes arrive, by doubling: a length alone is a
 * claim that costs its sender nothing.
 */
final class FrameReader {
    /** A frame up to this size gets its whole buffer as soon as its length is known. */
    static final int TRUSTED_BYTES = 2 << 20;

    static final int LENGTH_BYTES = 4;

    private static final int MIN_READ_BYTES = 1 << 10;
    private static final int MAX_READ_BYTES = 64 << 10;

    /** A slice keeps its whole buffer alive; a frame smaller than this fraction of the buffer is copied out instead. */
    private static final int SLICE_FRACTION = 8;

    private final int maxFrameBytes;
    private int readBytes = MIN_READ_BYTES;
    /** Holds what was received and not delivered: an incomplete frame, or anything after a stop. Null when nothing is. */
    private ByteBuf rest;

    FrameReader(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** The stream cannot be cut into frames any further; the message says why. */
    static final class BadFrameException extends Exception {
        private static final long serialVersionUID = 1L;

        BadFrameException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The buffer the next bytes of the stream are to be appended to, then passed to {@link #received}, or released if none
     * came.
     */
    ByteBuf nextBuffer(ByteBufAllocator allocator) {
        if (rest != null && rest.isWritable()) {
            return rest.retain();
        }
        int missing = rest == null ? 0 : LENGTH_BYTES + lengthAt(rest) - rest.readableBytes();
        if (missing <= 0) {
            return allocator.ioBuffer(readBytes);
        }
        // Only a frame over TRUSTED_BYTES comes here. It is alone in its buffer, so nobody else sees the memory move.
        rest.capacity(rest.capacity() + Math.min(missing, rest.capacity()));
        return rest.retain();
    }

    /** What a read of so many bytes, with room for so many, says about how large the next buffer should be. */
    void adapt(int attempted, int actual) {
        if (actual == attempted && attempted >= readBytes) {
            readBytes = Math.min(readBytes * 4, MAX_READ_BYTES);
        } else if (actual < readBytes / 4) {
            readBytes = Math.max(readBytes / 2, MIN_READ_BYTES);
        }
    }

    /** The size of the next buffer that is not the continuation of an earlier one. */
    int readBytes() {
        return readBytes;
    }

    /** Takes over a buffer from {@link #nextBuffer} to which bytes were appended. */
    void received(ByteBufAllocator allocator, ByteBuf buffer) {
        if (buffer == rest) {
            buffer.release();
        } else if (rest == null) {
            rest = buffer;
        } else {
            ByteBuf both = allocator.ioBuffer(rest.readableBytes() + buffer.readableBytes());
            both.writeBytes(rest).writeBytes(buffer);
            buffer.release();
            close();
            rest = both;
        }
    }

    /**
     * Delivers complete frames until there is none, or a delivery stopped it. The consumer owns each frame.
     *
     * @param flow asked before each frame
     * @throws BadFrameException when a length is negative or over the limit
     */
    void deliver(ByteBufAllocator allocator, Flow flow, Consumer<ByteBuf> consumer) throws BadFrameException {
        while (rest != null && flow.open()) {
            if (!rest.isReadable()) {
                close();
                return;
            }
            if (rest.readableBytes() < LENGTH_BYTES) {
                makeRoom(allocator, LENGTH_BYTES);
                return;
            }
            int length = lengthAt(rest);
            if (length < 0 || length > maxFrameBytes) {
                throw new BadFrameException(
                        "a frame of " + length + " bytes was announced; allowed are 0 to " + maxFrameBytes);
            }
            if (rest.readableBytes() - LENGTH_BYTES < length) {
                makeRoom(allocator, LENGTH_BYTES + length);
                return;
            }
            rest.skipBytes(LENGTH_BYTES);
            consumer.accept(cut(allocator, length));
        }
    }

    /** Whether frames may be delivered now. */
    interface Flow {
        boolean open();
    }

    /** Gives up what was received and not delivered. */
    void close() {
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    private static int lengthAt(ByteBuf buffer) {
        return buffer.getInt(buffer.readerIndex());
    }

    private ByteBuf cut(ByteBufAllocator allocator, int length) {
        if (length < rest.capacity() / SLICE_FRACTION) {
            return allocator.ioBuffer(length, length).writeBytes(rest, length);
        }
        if (rest.readableBytes() == length) {
            ByteBuf frame = rest;
            rest = null;
            return frame;
        }
        return rest.readRetainedSlice(length);
    }

    /** Makes sure the incomplete frame is in a buffer that has room for all of it, or may grow because it holds nothing else. */
    private void makeRoom(ByteBufAllocator allocator, int frameBytes) {
        boolean fits = frameBytes <= rest.capacity() - rest.readerIndex();
        boolean growing = rest.readerIndex() == 0 && rest.capacity() >= TRUSTED_BYTES;
        if (fits || growing) {
            return;
        }
        ByteBuf moved = allocator.ioBuffer(Math.max(readBytes, Math.min(frameBytes, TRUSTED_BYTES)));
        moved.writeBytes(rest);
        close();
        rest = moved;
    }
}
