package io.flotilla.wire.message;

/** Bytes that are not the message they claim to be. The only failure of {@code read} on any input. */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super(message);
    }
}
