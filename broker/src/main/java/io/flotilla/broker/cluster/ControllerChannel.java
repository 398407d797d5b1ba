package io.flotilla.broker.cluster;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.ApiMessage;
import java.util.concurrent.CompletableFuture;

/** The way to the metadata leader, wherever it is. Thread-safe. */
public interface ControllerChannel {
    /**
     * Asks whoever leads the metadata partition now, in the newest version of the API.
     *
     * @return completes on any loop; fails when no leader is known or it does not answer in time: the request may or may
     *     not have been carried out, and is worth repeating
     */
    <R extends ApiMessage> CompletableFuture<R> ask(ApiKey api, ApiMessage request);
}
