package io.flotilla.sim;

import java.util.List;

/**
 * What came of a simulation.
 *
 * @param failure what was found wrong, or null
 * @param hash over every event: the same for the same seed and options
 * @param events how many things happened
 * @param virtualNanos how long it took by its own time
 * @param acknowledged records that producers were told are kept
 * @param notes the newest notes of the trace, if one was asked for
 */
record SimResult(
        SimOptions options,
        SimulationFailure failure,
        long hash,
        long events,
        long virtualNanos,
        long acknowledged,
        List<String> notes) {
    boolean passed() {
        return failure == null;
    }
}
