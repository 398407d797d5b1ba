package io.flotilla.broker.api;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import java.util.concurrent.CompletableFuture;

/**
 * Answers one API. Called on the connection's event loop; must not block. The request and the buffers in it belong to the
 * frame, which is kept until the returned future completes; retain what must live longer.
 *
 * @param <Q> the request
 * @param <R> the response
 */
public interface Handler<Q extends ApiMessage, R extends ApiMessage> {
    /** The API this handler answers; its versions are the ones advertised unless narrowed below. */
    ApiKey api();

    /** Whether ApiVersions lists it; private messages between brokers are not listed. */
    default boolean advertised() {
        return true;
    }

    /** Whether Flotilla's own commands may ask it on a client's connection, although it is a private message. */
    default boolean forCommands() {
        return false;
    }

    /** Whether the metadata leader must answer; elsewhere the dispatcher forwards the request to it. */
    default boolean onController() {
        return false;
    }

    /**
     * Answers the request. Completing with null sends no response (produce with acks=0); ownership of buffers in the response
     * passes. The future may complete on any thread. A failure is answered through
     * {@link #error}: {@link ApiException} with its code, anything else as UNKNOWN_SERVER_ERROR, logged with its trace.
     */
    CompletableFuture<R> handle(RequestContext context, Q request);

    /** The response that says the same error for everything the request asked. */
    R error(RequestContext context, Q request, ErrorCode error, String message);
}
