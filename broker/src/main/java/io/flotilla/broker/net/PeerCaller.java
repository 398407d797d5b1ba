package io.flotilla.broker.net;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.PeerFrameRequest;
import io.flotilla.wire.message.PeerHelloRequest;
import io.flotilla.wire.message.PeerHelloResponse;
import io.flotilla.wire.message.RequestHeader;
import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of a link another broker dialed: takes its greetings and frames, and leaves its other requests to the
 * dispatcher's handler. Lives on its connection's loop.
 */
final class PeerCaller implements ConnectionHandler {
    private static final Logger log = LoggerFactory.getLogger(PeerCaller.class);

    private final PeerReception reception;
    private final Peers.Listener listener;
    private final Metrics metrics;
    private final ConnectionHandler requests;
    private Connection connection;
    /** Who is calling; null until a greeting was accepted. */
    private PeerReception.Guest guest;

    PeerCaller(PeerReception reception, Peers.Listener listener, Metrics metrics, ConnectionHandler requests) {
        this.reception = reception;
        this.listener = listener;
        this.metrics = metrics;
        this.requests = requests;
    }

    @Override
    public void opened(Connection connection) {
        this.connection = connection;
        requests.opened(connection);
    }

    @Override
    public void frame(Connection connection, ByteBuf frame) {
        boolean hello = AcceptedConnection.startsWith(frame, ApiKey.PEER_HELLO);
        if (reception.isClosed()) {
            frame.release();
            connection.close();
            return;
        }
        if (guest == null && !hello) {
            refuse(frame, "a request before its greeting was accepted");
            return;
        }
        if (guest != null) {
            reception.heard(guest);
        }
        try {
            if (hello) {
                greet(frame);
            } else if (AcceptedConnection.startsWith(frame, ApiKey.PEER_FRAME)) {
                deliver(frame);
            } else {
                requests.frame(connection, frame);
            }
        } catch (MalformedMessageException e) {
            refuse(frame, "a malformed frame: " + e.getMessage());
        }
    }

    @Override
    public void writable(Connection connection) {
        requests.writable(connection);
    }

    @Override
    public void closed(Connection connection, Closed why) {
        if (guest != null) {
            reception.left(guest);
        }
        requests.closed(connection, why);
    }

    private void deliver(ByteBuf frame) {
        int bytes = frame.readableBytes();
        RequestHeader header = Frames.readRequestHeader(frame);
        PeerFrameRequest request = PeerFrameRequest.read(frame, header.requestApiVersion());
        metrics.peerBytesReceived.add(bytes);
        // The payload is a slice of the frame and shares its one reference, which passes with it.
        listener.frame(guest.nodeId(), guest.incarnation(), request.payload());
    }

    private void greet(ByteBuf frame) {
        RequestHeader header = Frames.readRequestHeader(frame);
        short version = header.requestApiVersion();
        PeerHelloRequest hello = PeerHelloRequest.read(frame, version);
        frame.release();
        PeerReception.Verdict verdict = reception.judge(hello, connection);
        if (verdict instanceof PeerReception.Accepted accepted) {
            guest = accepted.guest();
        }
        PeerHelloResponse answer = reception.answer(verdict);
        connection.send(FrameEncoder.response(connection.allocator(), answer, version, header.correlationId()));
    }

    private void refuse(ByteBuf frame, String what) {
        log.warn("Closing the connection with broker at {}: it sent {}", connection.remoteAddress(), what);
        frame.release();
        connection.close();
    }
}
