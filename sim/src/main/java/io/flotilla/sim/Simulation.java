package io.flotilla.sim;

import io.flotilla.check.Checker;
import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Violation;
import io.flotilla.sim.PartitionReader.Reads;
import io.flotilla.wire.message.CreateTopicsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Plays one seed: brokers start, topics are made, clients work while faults happen; then everything heals, and the clients must
 * be able to finish. The clients' history and the replicas' logs are checked at the end, everything else all the time.
 */
final class Simulation {
    /** Virtual time after which work must be done again once everything has healed. */
    static final int PATIENCE_SECONDS = 60;

    private static final int BOOT_SECONDS = 60;
    private static final int PARTITIONS = 2;
    private static final String LINEARIZABLE = "odd";
    private static final List<String> TOPICS = List.of("even", LINEARIZABLE);
    private static final List<String> ALL_TOPICS = List.of("even", LINEARIZABLE, KeyedRecords.TOPIC);
    private static final long MOST_EVENTS = 20_000_000;

    private final SimOptions options;
    private final Trace trace;
    private final SimWorld world;
    private final SimNetwork network;
    private final Oracle oracle;
    private final SimCluster cluster;
    private final History history;
    private final List<Workload> workloads = new ArrayList<>();
    private final AdminWorkload admin;
    private final FaultDriver faults;
    private final List<SimClient> clients = new ArrayList<>();

    private Simulation(SimOptions options, Variant variant) {
        this.options = options;
        this.trace = new Trace(options.readable());
        this.world = new SimWorld(options.seed(), trace);
        this.network = new SimNetwork(world);
        this.oracle = new Oracle(world);
        this.history = new History(() -> world.now() / SimWorld.MILLIS);
        RandomGenerator random = world.newRandom();
        this.cluster = new SimCluster(options.brokers(), 1 + random.nextInt(2), world, network, oracle, variant);
        this.admin = new AdminWorkload(newClient("admin"), history, oracle, options.brokers(), ALL_TOPICS, PARTITIONS);
        this.faults = new FaultDriver(world, network, cluster, admin, options.faults(), variant.mostDrift());
    }

    /** Runs a simulation from its beginning to its end, or to the first thing found wrong. */
    static SimResult run(SimOptions options) {
        return run(options, Variant.RIGHT);
    }

    static SimResult run(SimOptions options, Variant variant) {
        Simulation simulation = new Simulation(options, variant);
        SimulationFailure failure = null;
        BrokerLogs logs = options.readable() ? new BrokerLogs(simulation.world) : null;
        try {
            simulation.play();
        } catch (RuntimeException e) {
            failure = e instanceof SimulationFailure found
                    ? found
                    : new SimulationFailure("the simulator itself has failed: " + e, e);
            if (options.readable()) {
                simulation.cluster.describe().forEach(line -> simulation.trace.say(simulation.world.now(), line));
            }
        } finally {
            if (logs != null) {
                logs.close();
            }
        }
        return new SimResult(
                options,
                failure,
                simulation.trace.hash(),
                simulation.world.happened(),
                simulation.world.now(),
                simulation.acknowledged(),
                simulation.trace.notes());
    }

    private void play() {
        cluster.all().forEach(broker -> world.after(broker.id() * 30 * SimWorld.MILLIS, broker::start));
        createTopics();
        workloads.forEach(Workload::start);
        faults.start();
        runFor(options.seconds());
        faults.heal();
        history.add(new Event.Healed());
        world.note("all faults are over");
        workloads.forEach(Workload::conclude);
        runUntil(() -> unfinished() == null, PATIENCE_SECONDS, this::unfinished);
        clients.forEach(client -> client.process().die());
        runFor(1);
        runUntil(() -> cluster.unfinished(oracle) == null, PATIENCE_SECONDS, () -> cluster.unfinished(oracle));
        FinalLogs logs = new FinalLogs(history, world, cluster, () -> cluster.unfinished(oracle) == null);
        logs.read();
        runUntil(logs::isDone, PATIENCE_SECONDS, () -> "the logs are still being read");
        List<Violation> violations = Checker.check(history);
        if (!violations.isEmpty()) {
            throw new SimulationFailure(Violation.report(violations, 5), null);
        }
    }

    private void createTopics() {
        List<String> made = new ArrayList<>();
        for (String topic : ALL_TOPICS) {
            world.after(0, () -> admin.createTopic(topic, configs(topic), () -> made.add(topic)));
        }
        runUntil(() -> made.size() == ALL_TOPICS.size(), BOOT_SECONDS, () -> "topics cannot be made");
        for (int i = 1; i <= 2; i++) {
            workloads.add(new ProducerWorkload(
                    newClient("producer" + i), history, options.brokers(), ALL_TOPICS, PARTITIONS, 60));
        }
        workloads.add(
                new GroupWorkload("group", 2, this::newClient, history, options.brokers(), TOPICS, PARTITIONS, oracle));
        Map<String, Reads> reads = new TreeMap<>();
        ALL_TOPICS.forEach(
                topic -> reads.put(topic, topic.equals(LINEARIZABLE) ? Reads.CURRENT_ANYWHERE : Reads.ANYWHERE));
        workloads.add(
                new ConsumerWorkload(newClient("consumer"), history, options.brokers(), reads, PARTITIONS, oracle));
        if (cluster.hasTwoDirectories()) {
            workloads.add(new DirectoryMoves(newClient("moves"), options.brokers()));
        }
    }

    private static List<CreateTopicsRequest.Config> configs(String topic) {
        if (KeyedRecords.isKeyed(topic)) {
            return KeyedRecords.CONFIGS;
        }
        String reads = topic.equals(LINEARIZABLE) ? "linearizable" : "committed";
        return List.of(CreateTopicsRequest.Config.builder()
                .name("follower.read")
                .value(reads)
                .build());
    }

    private SimClient newClient(String name) {
        SimClient client = new SimClient(name, "10.0.1." + (clients.size() + 1), world, network);
        clients.add(client);
        return client;
    }

    private String unfinished() {
        for (Workload workload : workloads) {
            String unfinished = workload.unfinished();
            if (unfinished != null) {
                return unfinished;
            }
        }
        return cluster.unfinished(oracle);
    }

    private long acknowledged() {
        return history.entries().stream()
                .filter(entry -> entry.event() instanceof Event.SendAcknowledged)
                .count();
    }

    private void runFor(int seconds) {
        long end = world.now() + seconds * SimWorld.SECOND;
        runUntil(() -> world.now() >= end, seconds + 1, () -> "time stands still");
    }

    /** @param what says why the goal is not reached */
    private void runUntil(BooleanSupplier goal, int seconds, Supplier<String> what) {
        long deadline = world.now() + seconds * SimWorld.SECOND;
        for (long step = 0; step % 64 != 0 || !goal.getAsBoolean(); step++) {
            if (!world.step() || world.now() > deadline || world.happened() > MOST_EVENTS) {
                throw new SimulationFailure("after " + seconds + " s: " + what.get(), null);
            }
            if (world.failure() != null) {
                throw world.failure();
            }
        }
    }
}
