package io.flotilla.sim;

import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.partition.Replica;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The brokers of a simulation, numbered from 1. */
final class SimCluster {
    private final List<SimBroker> brokers = new ArrayList<>();

    private static final String DIRECTORY = "/data";
    /** Some machines have this one as well. */
    private static final String SECOND_DIRECTORY = "/data2";

    private final boolean twoDirectories;

    SimCluster(int size, int loops, SimWorld world, SimNetwork network, Oracle oracle, Variant variant) {
        Metrics metrics = new Metrics();
        RandomGenerator random = world.newRandom();
        boolean prompt = random.nextBoolean();
        int leaseMs = random.nextBoolean() ? 0 : 100 << random.nextInt(5);
        twoDirectories = random.nextBoolean();
        // From none to one that is never full.
        long redoBytes = random.nextInt(4) == 0 ? 0 : 4096L << 2 * random.nextInt(5);
        for (int id = 1; id <= size; id++) {
            SimBroker broker = new SimBroker(
                    id,
                    world,
                    network,
                    metrics,
                    loops,
                    properties(id, size, prompt, leaseMs, redoBytes, twoDirectories),
                    variant);
            // Half of the disks are quick; the slowest of the others take some ten milliseconds for a sync.
            broker.setDiskDelay(random.nextBoolean() ? 100_000L : 100_000L << random.nextInt(8));
            broker.observe(() -> oracle.look(broker));
            brokers.add(broker);
        }
    }

    private static Map<String, String> properties(
            int id, int size, boolean prompt, int leaseMs, long redoBytes, boolean twoDirectories) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("node.id", String.valueOf(id));
        properties.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, size)
                        .mapToObj(node -> node + "@" + SimBroker.host(node) + ":9092")
                        .collect(Collectors.joining(",")));
        properties.put("listeners", "PLAINTEXT://" + SimBroker.host(id) + ":9092");
        properties.put("log.dirs", twoDirectories ? DIRECTORY + "," + SECOND_DIRECTORY : DIRECTORY);
        properties.put("default.replication.factor", "3");
        properties.put("auto.create.topics.enable", "false");
        properties.put("log.segment.bytes", "16384");
        // A simulated disk shows at once what it has changed; a real one only what its system does not hold in memory.
        properties.put("log.recheck.interval.ms", "0");
        properties.put("log.redo.journal.bytes", String.valueOf(redoBytes));
        properties.put("log.index.interval.bytes", "1024");
        properties.put("log.retention.check.interval.ms", "1000");
        properties.put("log.scrub.interval.ms", "2000");
        properties.put("raft.lease.ms", String.valueOf(leaseMs));
        properties.put("log.cleaner.backoff.ms", "400");
        properties.put("log.cleaner.max.compaction.lag.ms", "2000");
        properties.put("offsets.topic.num.partitions", "1");
        properties.put("group.min.session.timeout.ms", "1000");
        properties.put("group.initial.rebalance.delay.ms", "100");
        if (prompt) {
            properties.put("raft.election.timeout.ms", "400");
        }
        return properties;
    }

    /** A log directory that all machines have, drawn anew each time; null if they have only one. */
    String anyDirectory(RandomGenerator random) {
        String drawn = random.nextBoolean() ? DIRECTORY : SECOND_DIRECTORY;
        return twoDirectories ? drawn : null;
    }

    boolean hasTwoDirectories() {
        return twoDirectories;
    }

    int size() {
        return brokers.size();
    }

    SimBroker broker(int id) {
        return brokers.get(id - 1);
    }

    List<SimBroker> all() {
        return brokers;
    }

    List<SimBroker> running() {
        return brokers.stream().filter(SimBroker::isRunning).toList();
    }

    /** Every replica as it is now, a line each. */
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (SimBroker broker : brokers) {
            if (!broker.isRunning()) {
                lines.add("broker " + broker.id() + " does not run");
                continue;
            }
            for (Replica replica : broker.broker().replicas().all()) {
                lines.add("broker " + broker.id() + " " + replica.name() + (replica.isFailed() ? " STOPPED" : "") + ": "
                        + replica.group().core().status());
            }
        }
        lines.sort(null);
        return lines;
    }

    /** What is not as it should be in a cluster at rest, in words, or null. */
    String unfinished(Oracle oracle) {
        for (SimBroker broker : brokers) {
            if (!broker.isReady()) {
                return "broker " + broker.id() + " is not ready";
            }
            for (Replica replica : broker.broker().replicas().all()) {
                if (replica.isFailed()) {
                    return replica.name() + " on broker " + broker.id() + " has stopped";
                }
                if (replica.log().committedIndex() < oracle.committed(replica)) {
                    return replica.name() + " on broker " + broker.id() + " knows "
                            + replica.log().committedIndex() + " to be committed, not " + oracle.committed(replica);
                }
            }
            if (!broker.broker().replicas().damaged().isEmpty()) {
                return "broker " + broker.id() + " has damaged replicas: "
                        + broker.broker().replicas().damaged();
            }
        }
        return null;
    }
}
