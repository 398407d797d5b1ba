package io.flotilla.broker.machine;

/** A command's records do not fit one batch; nothing of it was applied. Carries no stack trace. */
public final class BatchTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message how large, and how large it may be */
    public BatchTooLargeException(String message) {
        super(message, null, false, false);
    }
}
