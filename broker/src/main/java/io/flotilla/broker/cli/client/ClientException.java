package io.flotilla.broker.cli.client;

import io.flotilla.wire.frame.ErrorCode;

/** A request that failed. The message tells a user what was tried and what came of it. No stack trace. */
public final class ClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    private ClientException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    /** The broker answered with an error. */
    static ClientException of(ErrorCode error, String doing, String detail) {
        String why = detail == null || detail.isBlank() ? error.message() : detail;
        return new ClientException(error, doing + ": " + why + " (" + error + ")");
    }

    /** The broker could not be talked to. */
    static ClientException network(String message) {
        return new ClientException(ErrorCode.NETWORK_EXCEPTION, message);
    }

    /** Trying again will not help. */
    static ClientException fatal(String message) {
        return new ClientException(ErrorCode.UNKNOWN_SERVER_ERROR, message);
    }

    /**
     * Does nothing when the code says that all is well.
     *
     * @param doing what was tried, as {@code creating topic orders}
     * @param detail the broker's own words, or null
     */
    static void check(short code, String doing, String detail) {
        ErrorCode error = ErrorCode.of(code);
        if (error != ErrorCode.NONE) {
            throw of(error, doing, detail);
        }
    }

    public ErrorCode error() {
        return error;
    }

    /** Whether the same request may succeed a little later. */
    public boolean retriable() {
        return error.isRetriable();
    }
}
