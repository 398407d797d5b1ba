package io.flotilla.itests.sim;

import java.util.Set;

/**
 * What a simulation is to be; everything else follows from the seed.
 *
 * @param brokers brokers in the cluster, 3 to 7
 * @param faults kinds of faults that may happen; each seed draws some of them and how often they come
 * @param seconds virtual time during which faults happen
 * @param readable whether to keep a trace in words
 */
record SimOptions(long seed, int brokers, Set<Fault> faults, int seconds, boolean readable) {
    SimOptions withSeed(long other) {
        return new SimOptions(other, brokers, faults, seconds, readable);
    }

    SimOptions withTrace() {
        return new SimOptions(seed, brokers, faults, seconds, true);
    }
}
