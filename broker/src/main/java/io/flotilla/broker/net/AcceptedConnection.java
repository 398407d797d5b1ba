package io.flotilla.broker.net;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.wire.frame.ApiKey;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** A connection of which nobody knows yet whether a client or a broker made it: its first frame tells. */
final class AcceptedConnection implements ConnectionHandler {
    private final Supplier<ConnectionHandler> client;
    private final Supplier<ConnectionHandler> broker;
    private ConnectionHandler handler;

    AcceptedConnection(Supplier<ConnectionHandler> client, Supplier<ConnectionHandler> broker) {
        this.client = client;
        this.broker = broker;
    }

    @Override
    public void opened(Connection connection) {
        // The handler to come is told when it is known.
    }

    @Override
    public void frame(Connection connection, ByteBuf frame) {
        if (handler == null) {
            handler = (startsWith(frame, ApiKey.PEER_HELLO) ? broker : client).get();
            handler.opened(connection);
        }
        handler.frame(connection, frame);
    }

    @Override
    public void writable(Connection connection) {
        if (handler != null) {
            handler.writable(connection);
        }
    }

    @Override
    public void closed(Connection connection, Closed why) {
        if (handler != null) {
            handler.closed(connection, why);
        }
    }

    /** Whether a request frame is for this API. */
    static boolean startsWith(ByteBuf frame, ApiKey api) {
        return frame.readableBytes() >= Short.BYTES && frame.getShort(frame.readerIndex()) == api.number();
    }
}
