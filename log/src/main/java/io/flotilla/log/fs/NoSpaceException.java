package io.flotilla.log.fs;

/** The disk is full. */
public final class NoSpaceException extends ShortageException {
    private static final long serialVersionUID = 1L;

    public NoSpaceException(String message, Throwable cause) {
        super(message, cause);
    }
}
