package io.flotilla.broker.machine;

/** The machine is being rebuilt from its log and takes no commands yet; worth retrying. Carries no stack trace. */
public final class LoadingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which machine, for a log line */
    public LoadingException(String message) {
        super(message, null, false, false);
    }
}
