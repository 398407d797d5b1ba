package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.local.LocalBroker;
import io.flotilla.broker.cli.local.LocalCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code flotilla cluster}: a cluster of processes on this machine, for development and tests. */
@Command(
        name = "cluster",
        description = "Run a cluster on this machine, for development and tests.",
        synopsisSubcommandLabel = "COMMAND")
final class ClusterCommand implements Runnable {
    private static final int DEFAULT_BROKERS = 3;
    private static final int MAX_BROKERS = 7;
    private static final int DEFAULT_PORT = 9092;
    private static final int MAX_PORT = 65_535;
    private static final long START_TIMEOUT_MS = 60_000;
    private static final long STOP_TIMEOUT_MS = 30_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where the brokers' files are (default: data/cluster beside bin/).")
    private Path dir;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: start, stop, status or pids.");
    }

    @Command(
            name = "start",
            description = {
                "Start a cluster on 127.0.0.1 and wait until every broker serves. The brokers go on in the background.",
                "Started again, it starts the brokers that are down; each keeps its server.properties and data."
            })
    int start(
            @Option(names = "--brokers", paramLabel = "N", description = "How many, 1 to 7 (default: 3).")
                    Integer brokers,
            @Option(
                            names = "--base-port",
                            paramLabel = "P",
                            description = "Port of the first broker, the others count up from it (default: 9092)."
                                    + " Metrics are at the port 552 above: 9644.")
                    Integer basePort,
            @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of each broker (default: 512m).")
                    String heap,
            @Option(names = "--clean", description = "Delete the cluster's data and settings first.") boolean clean)
            throws IOException, InterruptedException {
        checkRange("--brokers", brokers, MAX_BROKERS);
        checkRange("--base-port", basePort, MAX_PORT - MAX_BROKERS - LocalCluster.METRICS_OFFSET);
        LocalCluster cluster = LocalCluster.open(dir());
        if (clean) {
            cluster = cleaned(cluster);
        }
        if (cluster.brokers().isEmpty()) {
            cluster = LocalCluster.create(
                    dir(), brokers == null ? DEFAULT_BROKERS : brokers, basePort == null ? DEFAULT_PORT : basePort);
        }
        requireSame(cluster, brokers, basePort);
        PrintWriter out = out();
        if (cluster.running().size() == cluster.brokers().size()
                && cluster.brokers().stream().allMatch(LocalBroker::ready)) {
            out.println("Already running: bootstrap.servers=" + cluster.bootstrap());
            return 0;
        }
        out.println("Starting " + count(cluster) + " in " + cluster.dir());
        long begin = System.nanoTime();
        cluster.start(
                script(),
                heap,
                START_TIMEOUT_MS,
                broker -> out.printf(
                        "  broker %d  %s  ready after %.1f s%n",
                        broker.id(), broker.address(), (System.nanoTime() - begin) / 1e9));
        awaitMembers(cluster);
        printReady(out, cluster);
        return 0;
    }

    @Command(
            name = "stop",
            description = "Stop the cluster's brokers cleanly; kill those that take longer than 30 s. Data is kept.")
    int stop() throws IOException, InterruptedException {
        LocalCluster cluster = LocalCluster.open(dir());
        List<LocalBroker> running = cluster.running();
        if (running.isEmpty()) {
            out().println("No broker runs in " + cluster.dir());
            return 0;
        }
        cluster.stop(STOP_TIMEOUT_MS, broker -> spec.commandLine()
                .getErr()
                .println("flotilla: broker " + broker.id() + " did not stop in " + STOP_TIMEOUT_MS / 1000
                        + " s and was killed; see " + broker.log()));
        out().println("Stopped " + running.size() + " of " + count(cluster));
        return 0;
    }

    @Command(
            name = "status",
            description = "Show the cluster's brokers.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:every broker is ready", "1:at least one is not, or there is no cluster"})
    int status() throws IOException {
        LocalCluster cluster = LocalCluster.open(dir());
        if (cluster.brokers().isEmpty()) {
            out().println("No cluster in " + cluster.dir() + "; make one with: flotilla cluster start");
            return 1;
        }
        Table table = new Table("BROKER", "PID", "ADDRESS", "STATE", "UPTIME");
        boolean allReady = true;
        for (LocalBroker broker : cluster.brokers()) {
            Optional<ProcessHandle> process = broker.process();
            boolean ready = process.isPresent() && broker.ready();
            allReady &= ready;
            table.row(
                    broker.id(),
                    process.map(ProcessHandle::pid).map(String::valueOf).orElse("-"),
                    broker.address(),
                    ready ? "ready" : process.isPresent() ? "not ready" : "down",
                    process.flatMap(handle -> handle.info().startInstant())
                            .map(ClusterCommand::uptime)
                            .orElse("-"));
        }
        table.print(out());
        return allReady ? 0 : 1;
    }

    @Command(
            name = "pids",
            description = "Print the process ids, comma-separated, in the order of the brokers.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:every broker has a process", "1:at least one has not, or there is no cluster"})
    int pids() throws IOException {
        LocalCluster cluster = LocalCluster.open(dir());
        List<LocalBroker> running = cluster.running();
        if (running.isEmpty()) {
            return 1;
        }
        out().println(running.stream()
                .flatMap(broker -> broker.process().stream())
                .map(process -> Long.toString(process.pid()))
                .collect(Collectors.joining(",")));
        return running.size() == cluster.brokers().size() ? 0 : 1;
    }

    private static LocalCluster cleaned(LocalCluster cluster) throws IOException {
        if (!cluster.running().isEmpty()) {
            throw new CommandException(
                    "the cluster in " + cluster.dir() + " is running; stop it before --clean: flotilla cluster stop");
        }
        LocalCluster.delete(cluster.dir());
        return LocalCluster.open(cluster.dir());
    }

    /** A cluster's size and ports are settled when it is made. */
    private static void requireSame(LocalCluster cluster, Integer brokers, Integer basePort) {
        int port = cluster.brokers().get(0).address().port();
        boolean same =
                (brokers == null || brokers == cluster.brokers().size()) && (basePort == null || basePort == port);
        if (!same) {
            throw new CommandException(cluster.dir() + " holds a cluster of " + count(cluster) + " from port " + port
                    + "; choose another --dir, or delete it with --clean");
        }
    }

    private void checkRange(String option, Integer value, int max) {
        if (value != null && (value < 1 || value > max)) {
            CommandLine start = spec.commandLine().getSubcommands().get("start");
            throw new ParameterException(start, option + " must be 1 to " + max + ", but was " + value);
        }
    }

    /** Ready brokers know themselves; a cluster is up when they know each other. */
    private static void awaitMembers(LocalCluster cluster) throws InterruptedException {
        try (KafkaClient client = KafkaClient.connect(cluster.bootstrap(), START_TIMEOUT_MS)) {
            client.awaitBrokers(cluster.brokers().size());
        }
    }

    private void printReady(PrintWriter out, LocalCluster cluster) {
        LocalBroker first = cluster.brokers().get(0);
        String option = first.address().port() == DEFAULT_PORT ? "" : " --bootstrap " + first.address();
        out.println();
        out.println("Flotilla is ready: bootstrap.servers=" + cluster.bootstrap());
        out.println();
        out.println("Try:");
        out.println("  bin/flotilla topic create hello --partitions 3" + option);
        out.println("  echo 'hello, world' | bin/flotilla produce hello" + option);
        out.println("  bin/flotilla consume hello --from-beginning --max-messages 1" + option);
        out.println("  bin/flotilla cluster stop" + (dir == null ? "" : " --dir " + dir));
    }

    private static String count(LocalCluster cluster) {
        int brokers = cluster.brokers().size();
        return brokers + (brokers == 1 ? " broker" : " brokers");
    }

    private static String uptime(Instant start) {
        Duration uptime = Duration.between(start, Instant.now());
        return "%dh %02dm %02ds".formatted(uptime.toHours(), uptime.toMinutesPart(), uptime.toSecondsPart());
    }

    private Path dir() {
        return dir != null ? dir : home().resolve("data").resolve("cluster");
    }

    private static Path script() {
        return home().resolve("bin").resolve("flotilla");
    }

    /** The directory above bin/, as the script tells it. */
    private static Path home() {
        return Path.of(System.getProperty("flotilla.home", "")).toAbsolutePath();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
