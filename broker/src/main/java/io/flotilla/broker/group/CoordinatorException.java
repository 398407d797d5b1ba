package io.flotilla.broker.group;

import io.flotilla.wire.frame.ErrorCode;

/** The coordinator of a group could not answer; what a client is told. Carries no stack trace. */
public final class CoordinatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    /** @param message for the client, where a response has room for it */
    public CoordinatorException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    public ErrorCode error() {
        return error;
    }
}
