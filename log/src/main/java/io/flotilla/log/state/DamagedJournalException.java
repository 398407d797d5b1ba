package io.flotilla.log.state;

import java.io.IOException;

/**
 * The journal lost something it had made durable, so votes given may be unknown: no replica of the directory may vote as if
 * it remembered.
 */
public final class DamagedJournalException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedJournalException(String message) {
        super(message);
    }
}
