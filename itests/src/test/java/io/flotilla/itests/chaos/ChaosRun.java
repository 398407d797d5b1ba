package io.flotilla.itests.chaos;

import io.flotilla.itests.check.Checker;
import io.flotilla.itests.check.Event.Healed;
import io.flotilla.itests.check.Event.Note;
import io.flotilla.itests.check.Event.ReplicaLog;
import io.flotilla.itests.check.History;
import io.flotilla.itests.check.Partition;
import io.flotilla.itests.check.Violation;
import io.flotilla.itests.real.Await;
import io.flotilla.itests.real.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One run: a cluster of three under a workload, one fault after the other, and at the end the check of the whole history. A program of its own,
 * for a {@link Sandbox}: {@code ChaosRun DIRECTORY SEED SECONDS FAULT...}. It draws the order of the faults and whom they hit from the
 * seed, and repeats them all until the seconds are over. Exit code 0 is a history without fault.
 */
final class ChaosRun {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 6;
    private static final int DISK_MB = 96;
    private static final int SHOWN = 10;
    private static final int LEAST_HOLD_MS = 1500;
    private static final int HOLD_SPREAD_MS = 2500;
    private static final Duration RECOVERY = Duration.ofSeconds(45);

    private final Path directory;
    private final long seed;
    private final Random random;
    private final long begin = System.nanoTime();
    private final History history = new History(this::nowMs);
    private final Switch network = new Switch(BROKERS);

    private ChaosRun(Path directory, long seed) {
        this.directory = directory;
        this.seed = seed;
        this.random = new Random(seed);
    }

    public static void main(String[] args) throws Exception {
        ChaosRun run = new ChaosRun(Path.of(args[0]), Long.parseLong(args[1]));
        List<FaultKind> kinds = Arrays.stream(args).skip(3).map(FaultKind::of).toList();
        List<Violation> violations = run.run(Duration.ofSeconds(Long.parseLong(args[2])), kinds);
        if (!violations.isEmpty()) {
            System.out.println(Violation.report(violations, SHOWN));
            run.writeHistory();
        }
        // Clients that hang must not keep a run from ending that has said all it has to say.
        Runtime.getRuntime().halt(violations.isEmpty() ? 0 : 1);
    }

    private long nowMs() {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private List<Violation> run(Duration atLeast, List<FaultKind> kinds) throws Exception {
        for (int id = 1; id <= BROKERS; id++) {
            DiskFaults.mount(ProcessCluster.data(directory, id), DISK_MB);
        }
        // Small segments, so that every kind of file there is gets written and recovered.
        Map<String, String> properties = Map.of("log.segment.bytes", "65536");
        try (ProcessCluster cluster = ProcessCluster.start(network.sites(), directory, properties)) {
            createTopic(cluster);
            try (Workload workload = new Workload(cluster.bootstrap(), PARTITIONS, history)) {
                workload.awaitProgress(RECOVERY);
                do {
                    List<FaultKind> order = new ArrayList<>(kinds);
                    Collections.shuffle(order, random);
                    for (FaultKind kind : order) {
                        happen(kind.draw(cluster, network, workload, random), workload);
                    }
                } while (nowMs() < atLeast.toMillis());
                settle(cluster, workload);
            }
            List<Violation> violations = Checker.check(history);
            say("%d events with seed %d, %d violations"
                    .formatted(history.entries().size(), seed, violations.size()));
            return violations;
        }
    }

    private static void createTopic(ProcessCluster cluster) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(Workload.topic(), PARTITIONS, (short) BROKERS)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private void happen(Fault fault, Workload workload) throws Exception {
        workload.longestGap();
        String what = fault.begin();
        say(what);
        TimeUnit.MILLISECONDS.sleep(LEAST_HOLD_MS + random.nextInt(HOLD_SPREAD_MS));
        fault.end();
        say("over: " + what);
        workload.awaitProgress(RECOVERY);
        say("longest time without acknowledgements of a partition: %d ms"
                .formatted(workload.longestGap().toMillis()));
    }

    /** Gives everything that is to catch up the time for it. What has not by then is for the checker to say. */
    private void settle(ProcessCluster cluster, Workload workload) throws Exception {
        history.add(new Healed());
        workload.awaitProgress(RECOVERY);
        workload.stopWriting();
        workload.read("last reader", Map.of());
        waitFor("all readers have arrived", () -> workload.hasRead(ends(cluster)));
        waitFor("all replicas are equal", () -> replicasAreEqual(cluster));
        for (int id = 1; id <= BROKERS; id++) {
            StoredLogs.in("broker " + id, cluster.data(id)).forEach(history::add);
        }
    }

    private void waitFor(String what, Callable<Boolean> condition) {
        try {
            Await.until(RECOVERY, () -> what, condition);
        } catch (AssertionError e) {
            say(e.getMessage());
        }
    }

    private static boolean replicasAreEqual(ProcessCluster cluster) throws IOException {
        Set<List<ReplicaLog>> different = new HashSet<>();
        for (int id = 1; id <= BROKERS; id++) {
            different.add(StoredLogs.in("any", cluster.data(id)));
        }
        return different.size() == 1;
    }

    /** The greatest end of each partition of the workload on any broker. */
    private static Map<Partition, Long> ends(ProcessCluster cluster) throws IOException {
        Map<Partition, Long> ends = new TreeMap<>();
        for (int id = 1; id <= BROKERS; id++) {
            StoredLogs.in("any", cluster.data(id)).stream()
                    .filter(log -> log.partition().topic().equals(Workload.topic()))
                    .forEach(log -> ends.merge(log.partition(), log.end(), Math::max));
        }
        return ends;
    }

    private void say(String text) {
        history.add(new Note(text));
        System.out.println(nowMs() + " ms  " + text);
    }

    private void writeHistory() throws IOException {
        Path file = directory.resolve("history.txt");
        Files.write(file, history.entries().stream().map(Object::toString).toList());
        System.out.println("The whole history is in " + file);
    }
}
