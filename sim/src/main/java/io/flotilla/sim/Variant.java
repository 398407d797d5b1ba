package io.flotilla.sim;

import io.flotilla.broker.partition.Rules;
import io.flotilla.log.fs.FileSystem;
import java.util.function.UnaryOperator;

/**
 * What brokers a simulation runs: the right ones, or in tests of the simulator itself wrong ones, by their rules or by what they
 * make of their disk.
 *
 * @param mostDrift how much faster or slower than true time clocks run at most
 * @param disk stands between a broker and its disk: a call that it swallows is one that the broker forgets to make
 */
record Variant(Rules rules, UnaryOperator<FileSystem> disk, double mostDrift) {
    /** Between two clocks that is less than the tenth that leases allow for. */
    static final double SAFE_DRIFT = 0.04;

    static final Variant RIGHT = new Variant(Rules.ALL, UnaryOperator.identity(), SAFE_DRIFT);
}
