package io.flotilla.raft.core;

/**
 * Something happened that Raft proves impossible: a bug, a damaged disk, or two replicas with one identity. The replica
 * must stop, keep its data and report; other groups go on.
 */
public final class InvariantViolation extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected and what was found. */
    public InvariantViolation(String message) {
        super(message);
    }
}
