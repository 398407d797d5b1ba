package io.flotilla.broker.env;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * Frames over connections: the whole network as the broker sees it. A frame on the wire is a 4-byte big-endian length
 * and that many bytes, as Kafka's protocol has it; the adapter adds and removes the length.
 */
public interface Network {
    /**
     * Accepts connections; each gets its own handler and a loop of the scheduler's.
     *
     * @throws IOException when the address cannot be bound; the message names it
     */
    Listener listen(InetSocketAddress address, int maxFrameBytes, Supplier<ConnectionHandler> handlers)
            throws IOException;

    /** Connects from the given loop; the handler hears either {@code opened} or {@code closed}. */
    void connect(InetSocketAddress address, int maxFrameBytes, EventLoop loop, ConnectionHandler handler);

    /** A bound address that accepts connections until closed. */
    interface Listener {
        /** The address actually bound (a requested port 0 is resolved). */
        InetSocketAddress address();

        /** Stops accepting; connections that are open stay open. */
        void close();
    }
}
