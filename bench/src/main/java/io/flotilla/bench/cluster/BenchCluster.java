package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** Three brokers of one system on free ports of 127.0.0.1, with empty disks at first. Closing kills them and deletes their data. */
public final class BenchCluster implements AutoCloseable {
    private static final int BROKERS = 3;
    private static final String READY_TOPIC = "bench-ready";
    private static final int READY_SECONDS = 120;
    private static final int STOP_SECONDS = 60;
    private static final int CALL_SECONDS = 120;
    private static final int POLL_MS = 100;
    private static final int LOG_LINES = 5;

    private final SystemUnderTest system;
    private final Installation installation;
    private final OwnProcesses processes;
    private final Programs programs;
    private final String heap;
    private final Path directory;
    private final List<Integer> ports;
    private final List<Process> brokers = new ArrayList<>();
    private Admin admin;

    private BenchCluster(
            SystemUnderTest system,
            Installation installation,
            OwnProcesses processes,
            Programs programs,
            String heap,
            List<Integer> ports)
            throws IOException {
        this.system = system;
        this.installation = installation;
        this.processes = processes;
        this.programs = programs;
        this.heap = heap;
        this.ports = ports;
        this.directory = Files.createTempDirectory(processes.directory(), system.option() + "-");
    }

    /**
     * Starts a new cluster and returns when it serves.
     *
     * @param heap of each broker, as JVMs take it: {@code 1g}
     */
    public static BenchCluster start(
            SystemUnderTest system, Installation installation, OwnProcesses processes, Programs programs, String heap)
            throws IOException {
        List<Integer> free = FreePorts.find(2 * BROKERS);
        List<Integer> ports = free.subList(0, BROKERS);
        BenchCluster cluster = new BenchCluster(system, installation, processes, programs, heap, ports);
        try {
            cluster.writeProperties(free.subList(BROKERS, free.size()));
            if (!system.isFlotilla()) {
                cluster.formatKafka();
            }
            cluster.startBrokers();
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public SystemUnderTest system() {
        return system;
    }

    /** For clients' {@code bootstrap.servers}. */
    public String bootstrap() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** Process ids of brokers 1, 2 and 3. */
    public List<Long> pids() {
        return brokers.stream().map(Process::pid).toList();
    }

    private Path properties(int id) {
        return directory.resolve("server-" + id + ".properties");
    }

    private Path log(int id) {
        return directory.resolve("broker-" + id + ".log");
    }

    private void writeProperties(List<Integer> otherPorts) throws IOException {
        for (int id = 1; id <= BROKERS; id++) {
            Path data = directory.resolve("data-" + id);
            Files.writeString(properties(id), ServerProperties.of(system, id, ports, otherPorts, data));
        }
    }

    private void formatKafka() throws IOException {
        for (int id = 1; id <= BROKERS; id++) {
            programs.kafkaTool(
                    "kafka.tools.StorageTool",
                    60,
                    "format",
                    "-t",
                    ServerProperties.KAFKA_CLUSTER_ID,
                    "-c",
                    properties(id));
        }
    }

    private void startBrokers() throws IOException {
        for (int id = 1; id <= BROKERS; id++) {
            ProcessBuilder builder = new ProcessBuilder(system.isFlotilla() ? flotilla(id) : kafka(id));
            builder.environment().put("FLOTILLA_HEAP", heap);
            builder.environment().put("FLOTILLA_NO_BUILD", "1");
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log(id).toFile()));
            brokers.add(processes.start(builder));
        }
        admin = Admin.create(Map.of(
                "bootstrap.servers", bootstrap(),
                // Who waits for brokers to start is to notice soon.
                "reconnect.backoff.max.ms", "100",
                "default.api.timeout.ms", Integer.toString(CALL_SECONDS * 1_000)));
        awaitServing();
    }

    private List<String> flotilla(int id) {
        return List.of(installation.script().toString(), "start", properties(id).toString());
    }

    private List<String> kafka(int id) throws IOException {
        List<String> options = List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+UseG1GC");
        List<String> command = programs.kafkaCommand(options, "kafka.Kafka");
        command.add(properties(id).toString());
        return command;
    }

    private void awaitServing() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!allBrokersServe()) {
            for (int i = 0; i < brokers.size(); i++) {
                if (!brokers.get(i).isAlive()) {
                    throw new CommandException("broker " + (i + 1) + " of " + system.option() + " has ended; "
                            + "the end of its log:\n" + logTail(i + 1));
                }
            }
            if (System.nanoTime() > deadline) {
                throw new CommandException(system.option() + " does not serve after " + READY_SECONDS
                        + " s; the end of broker 1's log:\n" + logTail(1));
            }
            pause();
        }
    }

    /** Brokers may be seen before topics can be placed on them, so there has to be a topic that all of them have a replica of. */
    private boolean allBrokersServe() {
        try {
            boolean seen =
                    admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == BROKERS;
            return seen && hasTopicOnAll();
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private boolean hasTopicOnAll() throws InterruptedException, TimeoutException {
        try {
            NewTopic topic = new NewTopic(READY_TOPIC, 1, (short) BROKERS);
            admin.createTopics(List.of(topic)).all().get(CALL_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            return e.getCause() instanceof TopicExistsException;
        }
    }

    private String logTail(int id) throws IOException {
        List<String> lines = Files.readAllLines(log(id));
        return lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()).stream()
                .map(line -> "  " + line)
                .collect(Collectors.joining("\n"));
    }

    /** Makes a topic with three replicas of each partition; returns once every partition has a leader. */
    public void createTopic(String name, int partitions) {
        requestTopic(name, partitions);
        awaitLeaders(name);
    }

    /** Makes a topic with three replicas of each partition; returns once the cluster says that it is made. */
    public void requestTopic(String name, int partitions) {
        NewTopic topic = new NewTopic(name, partitions, (short) BROKERS);
        result("creating topic " + name, admin.createTopics(List.of(topic)).all());
    }

    /** Waits until every partition of a topic is led. */
    public void awaitLeaders(String topic) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!allLed(topic)) {
            if (System.nanoTime() > deadline) {
                throw new CommandException("not every partition of " + topic + " has a leader after " + READY_SECONDS
                        + " s on " + system.option());
            }
            pause();
        }
    }

    private boolean allLed(String topic) {
        try {
            TopicDescription description = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(CALL_SECONDS, TimeUnit.SECONDS)
                    .get(topic);
            return description.partitions().stream()
                    .allMatch(partition ->
                            partition.leader() != null && !partition.leader().isEmpty());
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    public boolean hasTopic(String topic) {
        return result("listing topics", admin.listTopics().names()).contains(topic);
    }

    private static <T> T result(String what, KafkaFuture<T> future) {
        try {
            return future.get(CALL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandException(what + ": " + e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Stops all brokers in good order and starts them again on what they have stored; returns when they serve. */
    public void restart() throws IOException {
        stopBrokers();
        startBrokers();
    }

    private void stopBrokers() {
        admin.close();
        brokers.forEach(Process::destroy);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        try {
            for (Process broker : brokers) {
                if (!broker.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    throw new CommandException(
                            "a broker of " + system.option() + " does not stop within " + STOP_SECONDS + " s");
                }
                processes.forget(broker);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        brokers.clear();
    }

    /** CPU seconds that all brokers together have taken so far. */
    public double cpuSeconds() {
        return pids().stream().mapToDouble(ProcessFigures::cpuSeconds).sum();
    }

    /** Bytes that all brokers together have given their disks to write so far. */
    public long writtenBytes() {
        return pids().stream().mapToLong(ProcessFigures::writtenBytes).sum();
    }

    /** How often threads of all brokers have been woken so far. */
    public long wakeUps() {
        return pids().stream().mapToLong(ProcessFigures::wakeUps).sum();
    }

    /** Memory in RAM of a broker, in MiB: the mean over those that run. */
    public double residentMbPerBroker() {
        return brokers.stream()
                .filter(Process::isAlive)
                .mapToDouble(broker -> ProcessFigures.residentMb(broker.pid()))
                .average()
                .orElse(0);
    }

    public int size() {
        return BROKERS;
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static CommandException interrupted() {
        Thread.currentThread().interrupt();
        return new CommandException("interrupted");
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ofSeconds(5));
        }
        try {
            for (Process broker : brokers) {
                broker.destroyForcibly().waitFor();
                processes.forget(broker);
            }
            OwnProcesses.delete(directory);
        } catch (IOException e) {
            throw new CommandException("could not delete " + directory + ": " + e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }
}
