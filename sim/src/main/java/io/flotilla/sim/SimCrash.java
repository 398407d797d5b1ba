package io.flotilla.sim;

/** Unwinds what a process was doing when it died. */
final class SimCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimCrash() {
        super("this process is dead", null, false, false);
    }
}
