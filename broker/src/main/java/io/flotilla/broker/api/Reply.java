package io.flotilla.broker.api;

import io.flotilla.wire.message.ApiMessage;
import io.netty.buffer.ByteBuf;

/** What goes back to a client. */
sealed interface Reply {
    /** A response to encode. */
    record Message(ApiMessage message) implements Reply {}

    /** A response's body as another broker encoded it; owned by whoever holds this. */
    record Encoded(ByteBuf body) implements Reply {}

    /** Nothing: the client asked for no response. */
    record None() implements Reply {}

    /** The reply a handler's response makes; handlers say null for nothing. */
    static Reply of(ApiMessage response) {
        return response == null ? new None() : new Message(response);
    }
}
