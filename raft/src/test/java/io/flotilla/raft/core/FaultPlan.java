package io.flotilla.raft.core;

import java.util.random.RandomGenerator;

/**
 * What goes wrong in one random run, as chances per event in percent (of messages, or of steps of the driver).
 *
 * @param nodes voters in the cluster
 * @param learners members that do not vote
 * @param loss messages lost
 * @param duplication messages delivered twice
 * @param reordering messages that overtake others
 * @param crashes crashes and restarts
 * @param liveness wrong or late news about who is up, and cut links
 * @param ioFailures reads of the log and installs of snapshots that fail
 * @param meddling transfers, resignations, campaigns for no reason, compactions
 */
record FaultPlan(
        int nodes,
        int learners,
        int loss,
        int duplication,
        int reordering,
        int crashes,
        int liveness,
        int ioFailures,
        int meddling) {
    /** A plan drawn at random; every kind of fault is absent from some plans, so that no fault hides another's bugs. */
    static FaultPlan draw(RandomGenerator random) {
        return new FaultPlan(
                random.nextInt(4) == 0 ? 5 : random.nextInt(8) == 0 ? 1 : 3,
                random.nextInt(4) == 0 ? 1 : 0,
                sometimes(random, 15),
                sometimes(random, 10),
                sometimes(random, 40),
                sometimes(random, 4),
                sometimes(random, 6),
                sometimes(random, 15),
                sometimes(random, 3));
    }

    private static int sometimes(RandomGenerator random, int max) {
        return random.nextBoolean() ? 1 + random.nextInt(max) : 0;
    }
}
