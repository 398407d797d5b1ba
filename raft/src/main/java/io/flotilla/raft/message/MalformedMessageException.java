package io.flotilla.raft.message;

/** Bytes that are no message: a peer of another version, or a damaged frame. The host closes the connection. */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong. */
    public MalformedMessageException(String message) {
        super(message);
    }
}
