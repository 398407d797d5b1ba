package io.flotilla.broker.api;

import io.flotilla.broker.metrics.ApiMetrics;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One API's way through the broker: its handler, what goes wrong there, and what is measured of it. */
final class Route {
    private static final Logger log = LoggerFactory.getLogger(Route.class);

    private final ApiKey api;
    private final Handler<ApiMessage, ApiMessage> handler;
    private final ApiMetrics metrics;

    @SuppressWarnings("unchecked") // a handler's request type is the one its API reads
    Route(Handler<?, ?> handler, ApiMetrics metrics) {
        this.api = handler.api();
        this.handler = (Handler<ApiMessage, ApiMessage>) handler;
        this.metrics = metrics;
    }

    ApiKey api() {
        return api;
    }

    ApiMetrics metrics() {
        return metrics;
    }

    boolean onController() {
        return handler.onController();
    }

    /** Whether a client may ask it. */
    boolean forClients() {
        return !api.isPrivate() || handler.forCommands();
    }

    ApiMessage read(ByteBuf body, short version) {
        return api.readRequest(body, version);
    }

    /** Has the handler answer; whatever it throws comes back as a failed future. */
    CompletableFuture<ApiMessage> handle(RequestContext context, ApiMessage request) {
        try {
            return handler.handle(context, request);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The response to a request that failed: expected failures by their code, others as unknown, with a trace in the log. */
    ApiMessage answerFailure(RequestContext context, ApiMessage request, Throwable thrown) {
        metrics.failed();
        Throwable failure = cause(thrown);
        if (failure instanceof ApiException expected) {
            return handler.error(context, request, expected.error(), expected.getMessage());
        }
        log.error("{} from {} failed unexpectedly", api.title(), context.clientAddress(), failure);
        return handler.error(
                context, request, ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.UNKNOWN_SERVER_ERROR.message());
    }

    /** What really happened, without the wrapping that chained futures add. */
    static Throwable cause(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
