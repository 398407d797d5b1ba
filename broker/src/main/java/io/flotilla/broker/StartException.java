package io.flotilla.broker;

/** A broker cannot start; the message tells a user what is wrong and what to do. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param cause null when the message says all */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
