package io.flotilla.sim;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** What plays this again, with its trace. */
    String command() {
        String kinds = faults.size() == Fault.values().length
                ? ""
                : " --faults "
                        + (faults.isEmpty()
                                ? "none"
                                : faults.stream().map(Fault::option).collect(Collectors.joining(",")));
        return String.format(
                Locale.ROOT,
                "bin/flotilla sim --seed %d --brokers %d --minutes %.4f%s --trace",
                seed,
                brokers,
                seconds / 60.0,
                kinds);
    }

    SimOptions withTrace() {
        return new SimOptions(seed, brokers, faults, seconds, true);
    }
}
