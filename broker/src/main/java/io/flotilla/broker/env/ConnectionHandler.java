package io.flotilla.broker.env;

import io.netty.buffer.ByteBuf;

/** Hears what happens on one connection, always on the connection's loop. */
public interface ConnectionHandler {
    /** The connection is open; nothing was received yet. */
    void opened(Connection connection);

    /**
     * One whole frame without its length; ownership of the buffer passes to the handler. Not called between
     * {@code setReading(false)} and {@code setReading(true)} made on the connection's loop.
     */
    void frame(Connection connection, ByteBuf frame);

    /** Queued bytes fell below the low-water mark after having been above the high one. */
    default void writable(Connection connection) {}

    /**
     * The connection is gone, or never came to be. Called exactly once, last.
     *
     * @param connection null when the connection could not be opened
     */
    void closed(Connection connection, Closed why);
}
