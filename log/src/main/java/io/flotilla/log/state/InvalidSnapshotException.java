package io.flotilla.log.state;

/** Bytes that are not a snapshot this version can read. */
public final class InvalidSnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidSnapshotException(String message) {
        super(message);
    }
}
