package io.flotilla.sim;

/** What a simulation found wrong. */
final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param cause null when the message says all */
    SimulationFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
