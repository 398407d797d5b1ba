package io.flotilla.broker.partition;

/** Leadership was lost, or never held, where it is needed. Carries no stack trace: it is an expected outcome. */
public final class NotLeaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which partition, for a log line */
    public NotLeaderException(String message) {
        super(message, null, false, false);
    }
}
