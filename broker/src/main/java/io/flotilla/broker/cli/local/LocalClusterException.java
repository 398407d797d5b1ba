package io.flotilla.broker.cli.local;

/** The local cluster cannot be started or stopped. The message tells the user why and what to do. No stack trace. */
public final class LocalClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LocalClusterException(String message) {
        super(message, null, false, false);
    }
}
