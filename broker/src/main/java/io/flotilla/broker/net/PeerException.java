package io.flotilla.broker.net;

/** A call to another broker got no response. Carries no stack trace: it is an expected outcome. */
public final class PeerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean maybeDone;

    /**
     * @param message which broker, and what happened
     * @param maybeDone false when the request certainly was not sent
     */
    public PeerException(String message, boolean maybeDone) {
        super(message, null, false, false);
        this.maybeDone = maybeDone;
    }

    /** Whether the other broker may have acted on the request. */
    public boolean maybeDone() {
        return maybeDone;
    }
}
