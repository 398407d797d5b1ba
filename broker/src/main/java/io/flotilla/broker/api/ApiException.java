package io.flotilla.broker.api;

import io.flotilla.wire.frame.ErrorCode;

/** An expected outcome that is an error code to the client. Carries no stack trace. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    /** @param message what was wrong, what is allowed, what to do; sent to the client where the response has room for it */
    public ApiException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    public ErrorCode error() {
        return error;
    }
}
