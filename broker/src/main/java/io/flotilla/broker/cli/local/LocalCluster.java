package io.flotilla.broker.cli.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The brokers under one directory, {@code DIR/broker-1} and so on. Once made, what they are is said by their files. */
public final class LocalCluster {
    /** Metrics ports lie this far above the Kafka ports: 9644 for 9092. */
    public static final int METRICS_OFFSET = 552;

    private static final String BROKER = "broker-";
    private static final long POLL_MS = 50;
    private static final int LOG_LINES = 5;

    private final Path dir;
    private final List<LocalBroker> brokers;

    private LocalCluster(Path dir, List<LocalBroker> brokers) {
        this.dir = dir;
        this.brokers = List.copyOf(brokers);
    }

    /** Opens what is in a directory; a cluster without brokers when nothing is. */
    public static LocalCluster open(Path dir) throws IOException {
        Path absolute = dir.toAbsolutePath().normalize();
        List<LocalBroker> brokers = new ArrayList<>();
        for (Path brokerDir : brokerDirs(absolute)) {
            if (Files.exists(brokerDir.resolve("server.properties"))) {
                brokers.add(new LocalBroker(brokerDir));
            }
        }
        brokers.sort(Comparator.comparingInt(LocalBroker::id));
        return new LocalCluster(absolute, brokers);
    }

    /** Writes the directories of a new cluster on loopback, with ports counting up from {@code basePort}. */
    public static LocalCluster create(Path dir, int count, int basePort) throws IOException {
        Path absolute = dir.toAbsolutePath().normalize();
        String voters = IntStream.rangeClosed(1, count)
                .mapToObj(id -> id + "@127.0.0.1:" + (basePort + id - 1))
                .collect(Collectors.joining(","));
        for (int id = 1; id <= count; id++) {
            Path brokerDir = absolute.resolve(BROKER + id);
            Files.createDirectories(brokerDir);
            Files.writeString(
                    brokerDir.resolve("server.properties"),
                    serverProperties(id, count, basePort + id - 1, voters, brokerDir.resolve("data")));
        }
        return open(absolute);
    }

    private static String serverProperties(int id, int count, int port, String voters, Path data) {
        int replicas = Math.min(3, count);
        return """
                # Broker %d of a local cluster. Made by `flotilla cluster start`, which keeps what you change here.
                node.id=%d
                listeners=PLAINTEXT://127.0.0.1:%d
                metrics.listener=127.0.0.1:%d
                controller.quorum.voters=%s
                log.dirs=%s
                default.replication.factor=%d
                offsets.topic.replication.factor=%d
                group.initial.rebalance.delay.ms=0
                """.formatted(id, id, port, port + METRICS_OFFSET, voters, escaped(data), replicas, replicas);
    }

    /** A backslash would be eaten by the properties format. */
    private static String escaped(Path path) {
        return path.toString().replace("\\", "\\\\");
    }

    private static List<Path> brokerDirs(Path dir) throws IOException {
        List<Path> dirs = new ArrayList<>();
        if (Files.isDirectory(dir)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir, BROKER + "*")) {
                entries.forEach(dirs::add);
            }
        }
        return dirs;
    }

    public Path dir() {
        return dir;
    }

    /** By id. */
    public List<LocalBroker> brokers() {
        return brokers;
    }

    /** For clients' {@code bootstrap.servers}. */
    public String bootstrap() {
        return brokers.stream().map(broker -> broker.address().toString()).collect(Collectors.joining(","));
    }

    /** Brokers that have a process, ready or not. */
    public List<LocalBroker> running() {
        return brokers.stream().filter(broker -> broker.process().isPresent()).toList();
    }

    /**
     * Starts the brokers that do not run and waits until all are ready.
     *
     * @param script bin/flotilla
     * @param heap of each broker, or null for the script's default
     * @param onReady hears of each broker as it becomes ready
     * @throws LocalClusterException when a port is taken, a broker ends, or the time is over; brokers that run stay
     */
    public void start(Path script, String heap, long timeoutMs, Consumer<LocalBroker> onReady)
            throws IOException, InterruptedException {
        List<LocalBroker> down = new ArrayList<>(brokers);
        down.removeAll(running());
        down.forEach(LocalBroker::requirePorts);
        Map<LocalBroker, Process> spawned = new LinkedHashMap<>();
        for (LocalBroker broker : down) {
            spawned.put(broker, broker.spawn(script, heap));
        }
        List<LocalBroker> waiting = new ArrayList<>(brokers);
        boolean done = await(timeoutMs, () -> {
            spawned.forEach(LocalCluster::requireAlive);
            waiting.removeIf(broker -> {
                boolean ready = broker.ready();
                if (ready) {
                    onReady.accept(broker);
                }
                return ready;
            });
            return waiting.isEmpty();
        });
        if (!done) {
            throw new LocalClusterException(names(waiting) + " not ready after " + timeoutMs / 1000 + " s; look into "
                    + waiting.get(0).log() + ", and stop the cluster with `flotilla cluster stop`");
        }
    }

    private static void requireAlive(LocalBroker broker, Process process) {
        if (!process.isAlive()) {
            throw new LocalClusterException("broker " + broker.id() + " ended with exit code " + process.exitValue()
                    + "; the end of " + broker.log() + ":\n"
                    + broker.logTail(LOG_LINES).stream()
                            .map(line -> "  " + line)
                            .collect(Collectors.joining("\n")));
        }
    }

    /**
     * Asks all brokers to stop, waits, and kills those that did not.
     *
     * @param onKill hears of each broker that had to be killed
     */
    public void stop(long timeoutMs, Consumer<LocalBroker> onKill) throws IOException, InterruptedException {
        Map<LocalBroker, ProcessHandle> processes = new LinkedHashMap<>();
        for (LocalBroker broker : brokers) {
            Optional<ProcessHandle> process = broker.process();
            process.ifPresent(handle -> processes.put(broker, handle));
        }
        processes.values().forEach(ProcessHandle::destroy);
        await(timeoutMs, () -> processes.values().stream().noneMatch(ProcessHandle::isAlive));
        processes.forEach((broker, process) -> {
            if (process.isAlive()) {
                onKill.accept(broker);
                process.destroyForcibly();
            }
        });
        await(timeoutMs, () -> processes.values().stream().noneMatch(ProcessHandle::isAlive));
        for (LocalBroker broker : processes.keySet()) {
            broker.forgetPid();
        }
    }

    /** Deletes the brokers' directories, nothing else. The brokers must not run. */
    public static void delete(Path dir) throws IOException {
        for (Path brokerDir : brokerDirs(dir.toAbsolutePath().normalize())) {
            List<Path> paths;
            try (Stream<Path> walk = Files.walk(brokerDir)) {
                paths = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }

    /** "broker 2 is", "brokers 1, 3 are". */
    private static String names(List<LocalBroker> brokers) {
        String ids =
                brokers.stream().map(broker -> Integer.toString(broker.id())).collect(Collectors.joining(", "));
        return brokers.size() == 1 ? "broker " + ids + " is" : "brokers " + ids + " are";
    }

    /** True as soon as the condition holds; false when the time is over. */
    private static boolean await(long timeoutMs, BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) > timeoutMs) {
                return false;
            }
            Thread.sleep(POLL_MS);
        }
        return true;
    }
}
