package io.flotilla.broker.api;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Another handler's answers, none of them older than the question: this broker's metadata is first brought up to what the
 * metadata leader, confirmed by a quorum, had committed when the request came (ReadIndex). So who has created a topic through
 * one broker finds it on every other. Where no metadata leader can be reached, what this broker knows has to do: clients must
 * find their partitions also then.
 *
 * @param <Q> the request
 * @param <R> the response
 */
public final class UpToDateHandler<Q extends ApiMessage, R extends ApiMessage> implements Handler<Q, R> {
    private final Handler<Q, R> handler;
    private final Supplier<CompletableFuture<Void>> refreshed;
    private final BiPredicate<RequestContext, Q> which;

    /**
     * @param refreshed completes, on any thread, once this broker knows all metadata that was committed when it was asked; fails
     *     when that cannot be found out now
     */
    public UpToDateHandler(Handler<Q, R> handler, Supplier<CompletableFuture<Void>> refreshed) {
        this(handler, refreshed, (context, request) -> true);
    }

    /** @param which requests that cannot be answered from what is known here */
    public UpToDateHandler(
            Handler<Q, R> handler, Supplier<CompletableFuture<Void>> refreshed, BiPredicate<RequestContext, Q> which) {
        this.handler = handler;
        this.refreshed = refreshed;
        this.which = which;
    }

    @Override
    public ApiKey api() {
        return handler.api();
    }

    @Override
    public CompletableFuture<R> handle(RequestContext context, Q request) {
        if (!which.test(context, request)) {
            return handler.handle(context, request);
        }
        return refreshed
                .get()
                .handle((nothing, failure) -> null)
                .thenComposeAsync(nothing -> handler.handle(context, request), context.loop());
    }

    @Override
    public R error(RequestContext context, Q request, ErrorCode error, String message) {
        return handler.error(context, request, error, message);
    }
}
