package io.flotilla.itests.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of real broker processes on loopback, each in a JVM of its own with this test's class path. Ports are whatever is
 * free, so that tests can run beside a cluster of the user's. Closing ends all processes.
 */
public final class ProcessCluster implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path directory;
    private final int[] ports;
    private final int[] metricsPorts;
    private final Process[] processes;

    private ProcessCluster(int brokers, Path directory) {
        this.directory = directory;
        this.ports = freePorts(brokers);
        this.metricsPorts = freePorts(brokers);
        this.processes = new Process[brokers];
    }

    /** Starts brokers 1 to {@code brokers} and waits until all are ready. */
    public static ProcessCluster start(int brokers, Path directory, Map<String, String> properties) {
        ProcessCluster cluster = new ProcessCluster(brokers, directory);
        try {
            for (int id = 1; id <= brokers; id++) {
                cluster.writeProperties(id, properties);
                cluster.startBroker(id);
            }
            cluster.awaitReady();
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    public String bootstrap() {
        return IntStream.of(ports).mapToObj(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    public int brokers() {
        return ports.length;
    }

    /** The log directory of a broker. */
    public Path data(int id) {
        return directory.resolve("broker-" + id).resolve("data");
    }

    /** What a broker has logged so far. */
    public String log(int id) throws IOException {
        return Files.readString(directory.resolve("broker-" + id).resolve("flotilla.log"));
    }

    public long pid(int id) {
        return processes[id - 1].pid();
    }

    /** Starts a broker that is not running. */
    public void startBroker(int id) throws IOException {
        Path home = directory.resolve("broker-" + id);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.leakDetection.level=paranoid",
                "-cp",
                System.getProperty("java.class.path"),
                "io.flotilla.broker.cli.Flotilla",
                "start",
                home.resolve("server.properties").toString()));
        processes[id - 1] = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("flotilla.log").toFile()))
                .start();
    }

    /** Ends a broker with SIGKILL and waits until it is gone. */
    public void kill(int id) throws InterruptedException {
        processes[id - 1].destroyForcibly().waitFor();
    }

    /** Ends a broker with SIGTERM and returns its exit code. */
    public int stop(int id) throws InterruptedException {
        processes[id - 1].destroy();
        if (!processes[id - 1].waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("broker " + id + " did not stop within a minute of SIGTERM");
        }
        return processes[id - 1].exitValue();
    }

    /** Waits until every broker that runs says that it is ready. */
    public void awaitReady() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        for (int id = 1; id <= ports.length; id++) {
            while (processes[id - 1].isAlive() && !isReady(id)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("broker " + id + " is not ready; its log:\n" + logOrNothing(id));
                }
                pause();
            }
            if (!processes[id - 1].isAlive() && processes[id - 1].exitValue() != 137) {
                throw new AssertionError("broker " + id + " has ended; its log:\n" + logOrNothing(id));
            }
        }
    }

    private boolean isReady(int id) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://127.0.0.1:" + metricsPorts[id - 1] + "/health/ready")
                            .toURL()
                            .openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(1000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private String logOrNothing(int id) {
        try {
            return log(id);
        } catch (IOException e) {
            return "";
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void writeProperties(int id, Map<String, String> extra) throws IOException {
        Path home = Files.createDirectories(directory.resolve("broker-" + id));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("node.id", String.valueOf(id));
        all.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, ports.length)
                        .mapToObj(node -> node + "@127.0.0.1:" + ports[node - 1])
                        .collect(Collectors.joining(",")));
        all.put("listeners", "PLAINTEXT://127.0.0.1:" + ports[id - 1]);
        all.put("metrics.listener", "127.0.0.1:" + metricsPorts[id - 1]);
        all.put("log.dirs", home.resolve("data").toString());
        all.put("broker.rack", "rack" + id);
        all.put("default.replication.factor", String.valueOf(Math.min(3, ports.length)));
        all.put("offsets.topic.num.partitions", "5");
        all.put("group.initial.rebalance.delay.ms", "0");
        all.putAll(extra);
        Files.writeString(
                home.resolve("server.properties"),
                all.entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    private static int[] freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (ServerSocket socket : held) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
        for (Process process : processes) {
            if (process != null) {
                process.onExit().join();
            }
        }
    }
}
