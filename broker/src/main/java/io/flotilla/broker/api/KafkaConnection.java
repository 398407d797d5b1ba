package io.flotilla.broker.api;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.RequestHeader;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's conversation: several requests are answered at a time, in any order, and the answers leave in the order
 * of the requests, as the protocol demands. Past a limit, or while answers pile up because the other side does not take
 * them, nothing more is read. Lives on its connection's loop.
 */
final class KafkaConnection implements ConnectionHandler {
    private static final Logger log = LoggerFactory.getLogger(KafkaConnection.class);

    private final Dispatcher dispatcher;
    private final RequestLimits limits;
    private final boolean peer;
    private final long id;
    private final Deque<Exchange> inFlight = new ArrayDeque<>();

    private Connection connection;
    private String clientAddress;
    private long bytesInFlight;
    private boolean reading = true;
    private boolean waitingForBudget;
    private boolean closed;

    /** @param peer whether another broker is at the other end, who may use private APIs */
    KafkaConnection(Dispatcher dispatcher, RequestLimits limits, boolean peer) {
        this.dispatcher = dispatcher;
        this.limits = limits;
        this.peer = peer;
        this.id = dispatcher.nextConnectionId();
    }

    @Override
    public void opened(Connection connection) {
        this.connection = connection;
        String remote = connection.remoteAddress();
        this.clientAddress = remote.substring(0, remote.lastIndexOf(':'));
    }

    @Override
    public void frame(Connection connection, ByteBuf frame) {
        try {
            receive(frame);
        } catch (MalformedMessageException e) {
            refuse(frame, "a malformed request: " + e.getMessage());
        }
    }

    @Override
    public void writable(Connection connection) {
        adjustReading();
    }

    @Override
    public void closed(Connection connection, Closed why) {
        closed = true;
        log.debug("Connection {} with {} ended: {}", id, clientAddress, why.detail());
    }

    private void receive(ByteBuf frame) {
        int frameBytes = frame.readableBytes();
        RequestHeader header = Frames.readRequestHeader(frame);
        Route route = dispatcher.table().route(header.requestApiKey()).orElse(null);
        short version = header.requestApiVersion();
        if (route == null || !route.forClients() && !peer) {
            refuse(frame, "API " + header.requestApiKey() + ", which this broker does not answer");
        } else if (route.api().supports(version)) {
            ByteBuf body = route.onController() ? frame.slice() : null;
            ApiMessage request = route.read(frame, version);
            long now = dispatcher.clock().nanoTime();
            Exchange exchange = new Exchange(route, version, header.correlationId(), frame, frameBytes, now);
            RequestContext context =
                    new RequestContext(connection.loop(), version, header.clientId(), clientAddress, id, false);
            start(exchange);
            dispatcher
                    .answer(route, context, request, body)
                    .whenComplete((reply, failure) -> onLoop(() -> finish(exchange, reply, failure)));
        } else if (route.api() == ApiKey.API_VERSIONS) {
            answerUnsupportedApiVersions(route, header, frame, frameBytes);
        } else {
            refuse(frame, route.api().title() + " version " + version + ", which is not supported");
        }
    }

    /** The one request whose version need not be known: the answer is how clients find out (KIP-511). */
    private void answerUnsupportedApiVersions(Route route, RequestHeader header, ByteBuf frame, int frameBytes) {
        long now = dispatcher.clock().nanoTime();
        Exchange exchange = new Exchange(route, (short) 0, header.correlationId(), frame, frameBytes, now);
        start(exchange);
        route.metrics().failed();
        finish(exchange, Reply.of(ApiVersionsHandler.unsupportedVersion()), null);
    }

    private void start(Exchange exchange) {
        inFlight.add(exchange);
        bytesInFlight += exchange.frameBytes();
        dispatcher.budget().take(exchange.frameBytes());
        adjustReading();
    }

    private void finish(Exchange exchange, Reply reply, Throwable failure) {
        exchange.answer(
                failure == null ? reply : new Reply.None(), dispatcher.clock().nanoTime());
        bytesInFlight -= exchange.frameBytes();
        if (failure != null) {
            abandon(failure);
        }
        while (!inFlight.isEmpty() && inFlight.peek().answered()) {
            send(inFlight.poll());
        }
        dispatcher.budget().give(exchange.frameBytes());
        adjustReading();
    }

    private void send(Exchange exchange) {
        try {
            ByteBuf response = exchange.encode(connection.allocator());
            if (response != null) {
                connection.send(response);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            // Memory outside the heap is bounded, and clients that fetch much may use it up.
            abandon(e);
        }
    }

    /** Gives up on the conversation: a missing answer would have the client take the next one for it. */
    private void abandon(Throwable failure) {
        log.error("Closing the connection with {}: a request cannot be answered", connection.remoteAddress(), failure);
        connection.close();
    }

    private void refuse(ByteBuf frame, String what) {
        log.warn("Closing the connection with {}: it sent {}", connection.remoteAddress(), what);
        frame.release();
        connection.close();
    }

    private void adjustReading() {
        boolean exhausted = !peer && dispatcher.budget().exhausted();
        boolean wanted = !exhausted
                && inFlight.size() < limits.maxRequests()
                && bytesInFlight < limits.maxConnectionBytes()
                && (peer || connection.isWritable());
        if (wanted != reading && !closed) {
            reading = wanted;
            connection.setReading(wanted);
        }
        if (exhausted && !waitingForBudget && !closed) {
            waitingForBudget = true;
            dispatcher.budget().whenAvailable(() -> onLoop(this::budgetAvailable));
        }
    }

    private void budgetAvailable() {
        waitingForBudget = false;
        adjustReading();
    }

    private void onLoop(Runnable task) {
        if (connection.loop().inEventLoop()) {
            task.run();
        } else {
            connection.loop().execute(task);
        }
    }
}
