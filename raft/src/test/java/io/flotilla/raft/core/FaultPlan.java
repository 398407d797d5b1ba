package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What goes wrong in one random run, as chances per event in percent (of messages, or of steps of the driver).
 *
 * @param configuration the members
 * @param loss messages lost
 * @param duplication messages delivered twice
 * @param reordering messages that overtake others
 * @param crashes crashes and restarts
 * @param pauses nodes that do nothing for a while, and then go on as if nothing had happened
 * @param liveness wrong or late news about who is up, and cut links
 * @param ioFailures reads of the log and installs of snapshots that fail
 * @param changes steps from one set of members to another
 * @param wipes disks lost
 * @param isolation leaders cut off
 * @param reads linearizable reads
 * @param lease the length of leases in units of the virtual clock; 0 for none
 * @param meddling transfers, resignations, campaigns for no reason, compactions
 */
record FaultPlan(
        Configuration configuration,
        int loss,
        int duplication,
        int reordering,
        int crashes,
        int pauses,
        int liveness,
        int ioFailures,
        int meddling,
        int changes,
        int wipes,
        int isolation,
        int reads,
        long lease) {
    private static final Configuration THREE = Configuration.of(1, 2, 3);

    /** Mostly three voters: the most common group, and the one where least has to go wrong. */
    private static final List<Configuration> CONFIGURATIONS = List.of(
            THREE,
            THREE,
            THREE,
            Configuration.of(1, 2, 3, 4, 5),
            Configuration.of(1, 2),
            Configuration.of(1),
            new Configuration(NodeSet.of(1, 2, 3), NodeSet.of(4), NodeSet.EMPTY),
            new Configuration(NodeSet.of(1, 2, 3), NodeSet.EMPTY, NodeSet.of(3, 4, 5)));

    /** A plan drawn at random; every kind of fault is absent from some plans, so that no fault hides another's bugs. */
    static FaultPlan draw(RandomGenerator random) {
        return new FaultPlan(
                CONFIGURATIONS.get(random.nextInt(CONFIGURATIONS.size())),
                sometimes(random, 15),
                sometimes(random, 10),
                sometimes(random, 40),
                sometimes(random, 4),
                sometimes(random, 3),
                sometimes(random, 6),
                sometimes(random, 15),
                sometimes(random, 3),
                sometimes(random, 10),
                sometimes(random, 4),
                sometimes(random, 4),
                sometimes(random, 10),
                random.nextInt(3) == 0 ? 10_000 + random.nextInt(40_000) : 0);
    }

    private static int sometimes(RandomGenerator random, int max) {
        return random.nextBoolean() ? 1 + random.nextInt(max) : 0;
    }
}
