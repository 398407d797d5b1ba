package io.flotilla.broker.cluster;

import io.flotilla.wire.frame.ErrorCode;

/** Why one thing a request asked for is not done; the rest of the request goes on. Carries no stack trace. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    /** @param message what was wrong and what is allowed, for the user */
    Refusal(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    short code() {
        return error.code();
    }
}
