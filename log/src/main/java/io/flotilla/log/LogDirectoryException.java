package io.flotilla.log;

import java.io.IOException;

/** A log directory must not be used; the message says why and what to do. */
public final class LogDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    public LogDirectoryException(String message) {
        super(message);
    }
}
