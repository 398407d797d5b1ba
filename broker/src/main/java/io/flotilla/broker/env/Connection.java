package io.flotilla.broker.env;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** One open connection. Every method may be called from any thread; handler calls come on {@link #loop()}. */
public interface Connection {
    /** The loop this connection belongs to. */
    EventLoop loop();

    /** Where buffers to be sent here come from. */
    default ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    /** The other end, as {@code host:port}. */
    String remoteAddress();

    /**
     * Queues a frame; ownership of the buffer passes. Frames sent within one turn of the loop go out in one flush. After
     * close the frame is released and nothing happens.
     */
    void send(ByteBuf frame);

    /** Bytes queued and not yet handed to the operating system. */
    long pendingBytes();

    /**
     * False while the bytes queued are above a high-water mark: time to produce less. {@link ConnectionHandler#writable}
     * tells when they have drained.
     */
    boolean isWritable();

    /** Stops or resumes reading from the socket: how a handler pushes back on a peer that is too fast. */
    void setReading(boolean reading);

    /** Closes after what is queued has been written, or could not be for a few seconds. No frame is delivered any more. */
    void close();
}
