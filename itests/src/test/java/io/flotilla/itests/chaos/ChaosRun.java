package io.flotilla.itests.chaos;

import io.flotilla.check.Event.Note;
import io.flotilla.check.History;
import io.flotilla.check.Violation;
import io.flotilla.itests.real.Await;
import io.flotilla.itests.real.Command;
import io.flotilla.itests.real.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

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
    private static final int EXPLAINED = 3;
    private static final int LEAST_HOLD_MS = 1500;
    private static final int HOLD_SPREAD_MS = 2500;

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
        // Small segments, so that every kind of file there is gets written and recovered; a look at all of it soon; and
        // disks
        // that count as full when little is left of the little they have.
        // A bit that flips in the system's memory of a file is there at once, so every read is to look for it.
        Map<String, String> properties = Map.of(
                "log.segment.bytes",
                "65536",
                "log.scrub.interval.ms",
                "3000",
                "log.dir.min.free.bytes",
                "8000000",
                "log.recheck.interval.ms",
                "0");
        try (ProcessCluster cluster = ProcessCluster.start(network.sites(), directory, properties)) {
            try (Workload workload = new Workload(cluster.bootstrap(), PARTITIONS, history)) {
                workload.awaitProgress(Settling.RECOVERY);
                workload.awaitGroup(Settling.RECOVERY);
                do {
                    List<FaultKind> order = new ArrayList<>(kinds);
                    Collections.shuffle(order, random);
                    for (FaultKind kind : order) {
                        if (kind.losesData()) {
                            // Raft survives the loss of one copy at a time: a second one only when the first is made
                            // good.
                            awaitVoters(cluster);
                        }
                        happen(kind.draw(cluster, network, workload, random), workload);
                    }
                } while (nowMs() < atLeast.toMillis());
                List<Violation> violations = new Settling(history, workload, () -> directories(cluster)).settle();
                say("%d events with seed %d, %d violations"
                        .formatted(history.entries().size(), seed, violations.size()));
                explain(cluster, violations);
                awaitVoters(cluster);
                return violations;
            }
        }
    }

    private void awaitVoters(ProcessCluster cluster) {
        long since = nowMs();
        Await.until(
                Settling.RECOVERY,
                () -> "every replica votes again",
                () -> Voters.areComplete(cluster.bootstrap(), BROKERS));
        say("every replica votes after %d ms".formatted(nowMs() - since));
    }

    /** Has the brokers themselves say what they think of partitions that something is wrong with. */
    private static void explain(ProcessCluster cluster, List<Violation> violations) {
        violations.stream()
                .map(violation -> violation.partition().toString())
                .distinct()
                .limit(EXPLAINED)
                .forEach(partition -> System.out.println(Command.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.flotilla.broker.cli.Flotilla",
                                "partition",
                                "explain",
                                partition,
                                "--bootstrap-server",
                                cluster.bootstrap())
                        .run()
                        .output()));
    }

    private static List<Path> directories(ProcessCluster cluster) {
        return IntStream.rangeClosed(1, BROKERS).mapToObj(cluster::data).toList();
    }

    private void happen(Fault fault, Workload workload) throws Exception {
        workload.longestGap();
        String what = fault.begin();
        say(what);
        TimeUnit.MILLISECONDS.sleep(LEAST_HOLD_MS + random.nextInt(HOLD_SPREAD_MS));
        fault.end();
        say("over: " + what);
        workload.awaitProgress(Settling.RECOVERY);
        say("longest time without acknowledgements of a partition: %d ms"
                .formatted(workload.longestGap().toMillis()));
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
