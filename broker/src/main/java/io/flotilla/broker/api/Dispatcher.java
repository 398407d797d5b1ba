package io.flotilla.broker.api;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.wire.message.ApiMessage;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections share: the table of handlers, the limits, and the way to the controller. Each connection gets a
 * handler of its own that decodes, routes, counts and answers in order. Thread-safe.
 */
public final class Dispatcher {
    private final HandlerTable table;
    private final RequestLimits limits;
    private final ControllerForwarder forwarder;
    private final Clock clock;
    private final RequestBudget budget;
    private final AtomicLong connections = new AtomicLong();

    public Dispatcher(
            HandlerTable table, RequestLimits limits, ControllerForwarder forwarder, Clock clock, Metrics metrics) {
        this.table = table;
        this.limits = limits;
        this.forwarder = forwarder;
        this.clock = clock;
        this.budget = new RequestBudget(limits.maxBytes());
        metrics.requestBytesInFlight.follow(budget::used);
    }

    /** A handler for one connection from a client. */
    public ConnectionHandler client() {
        return new KafkaConnection(this, limits, false);
    }

    /** A handler for the requests of another broker, which may use the private APIs too and is not held back by limits. */
    public ConnectionHandler peer() {
        return new KafkaConnection(this, RequestLimits.unlimited(), true);
    }

    HandlerTable table() {
        return table;
    }

    RequestBudget budget() {
        return budget;
    }

    Clock clock() {
        return clock;
    }

    long nextConnectionId() {
        return connections.incrementAndGet();
    }

    /** Has a request answered, here or by the controller; failures are answers too, so the future never fails. */
    CompletableFuture<Reply> answer(Route route, RequestContext context, ApiMessage request, ByteBuf body) {
        CompletableFuture<Reply> reply = route.onController()
                ? forwarder.forward(route, context, request, body)
                : route.handle(context, request).thenApply(Reply::of);
        return reply.exceptionally(thrown -> Reply.of(route.answerFailure(context, request, thrown)));
    }
}
