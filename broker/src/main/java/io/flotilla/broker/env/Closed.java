package io.flotilla.broker.env;

/**
 * Why a connection ended.
 *
 * @param cause what ended it
 * @param detail what happened, for a log line
 */
public record Closed(Cause cause, String detail) {
    /** What ended a connection. */
    public enum Cause {
        /** This side closed it: asked to, idle for too long, or the other side broke a limit. */
        LOCAL,
        /** The other side closed it, or it broke on the way. */
        REMOTE,
        /** It never came to be: the host answered that nothing listens there. */
        REFUSED,
        /** It never came to be for another reason: no route, no answer, no such host. */
        UNREACHABLE
    }
}
