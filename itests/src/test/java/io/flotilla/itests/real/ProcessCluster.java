package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of real broker processes, numbered from 1, each with 512 MB of heap and Netty's leak detection at its most
 * thorough. Unless said otherwise it is on loopback; ports are whatever is free, so that tests can run beside a cluster of the
 * user's. Closing ends all processes.
 */
public final class ProcessCluster implements AutoCloseable {
    /** Stands for the broker's id in values of properties. */
    public static final String ID = "%id%";

    private static final int HEAP_LOOKS = 5;

    private final List<BrokerProcess> brokers = new ArrayList<>();
    private final int voters;

    private ProcessCluster(List<Site> sites, Path directory, int voters) {
        this.voters = voters;
        for (int i = 0; i < sites.size(); i++) {
            brokers.add(new BrokerProcess(home(directory, i + 1), sites.get(i)));
        }
    }

    private static Path home(Path directory, int id) {
        return directory.resolve("broker-" + id);
    }

    /** The log directory that a broker of a cluster in this directory has. */
    public static Path data(Path directory, int id) {
        return BrokerProcess.data(home(directory, id));
    }

    /**
     * Starts brokers 1 to {@code count} and waits until all are ready.
     *
     * @param directory an empty or missing directory for properties, data and logs
     * @param properties in addition to, and instead of, those a test cluster has
     */
    public static ProcessCluster start(int count, Path directory, Map<String, String> properties) {
        return start(Site.onLoopback(count), directory, properties);
    }

    /** Starts a broker at each site and waits until all are ready. */
    public static ProcessCluster start(List<Site> sites, Path directory, Map<String, String> properties) {
        return start(sites, sites.size(), directory, properties);
    }

    /** Starts brokers of which only the first so many vote on the cluster's metadata, and waits until all are ready. */
    public static ProcessCluster start(int count, int voters, Path directory, Map<String, String> properties) {
        return start(Site.onLoopback(count), voters, directory, properties);
    }

    private static ProcessCluster start(List<Site> sites, int voters, Path directory, Map<String, String> properties) {
        ProcessCluster cluster = new ProcessCluster(sites, directory, voters);
        try {
            for (int id = 1; id <= sites.size(); id++) {
                cluster.broker(id).writeProperties(cluster.properties(id, properties));
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

    private Map<String, String> properties(int id, Map<String, String> extra) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("node.id", String.valueOf(id));
        all.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, voters)
                        .mapToObj(node -> node + "@" + broker(node).site().address())
                        .collect(Collectors.joining(",")));
        all.put("listeners", "PLAINTEXT://" + broker(id).site().address());
        all.put("metrics.listener", broker(id).site().metricsAddress());
        all.put("log.dirs", broker(id).data().toString());
        all.put("broker.rack", "rack" + id);
        all.put("default.replication.factor", String.valueOf(Math.min(3, brokers.size())));
        all.put("offsets.topic.num.partitions", "5");
        all.put("group.initial.rebalance.delay.ms", "0");
        all.putAll(extra);
        all.replaceAll((name, value) -> value.replace(ID, String.valueOf(id)));
        return all;
    }

    public String bootstrap() {
        return brokers.stream().map(broker -> broker.site().address()).collect(Collectors.joining(","));
    }

    public int brokers() {
        return brokers.size();
    }

    /** The port a broker listens on. */
    public int port(int id) {
        return broker(id).site().port();
    }

    /** The log directory of a broker. */
    public Path data(int id) {
        return broker(id).data();
    }

    /** What a broker has logged so far. */
    public String log(int id) throws IOException {
        return broker(id).log();
    }

    /** The lines of a broker's log with this in them. */
    public List<String> logLines(int id, String part) throws IOException {
        return log(id).lines().filter(line -> line.contains(part)).toList();
    }

    public long pid(int id) {
        return broker(id).pid();
    }

    /** What a metric without labels stands at, on each broker. */
    public List<Double> metric(String name) {
        return brokers.stream().map(broker -> broker.metric(name)).toList();
    }

    /**
     * Fails if a broker lost a buffer or logged an error. Lost buffers show once they have been collected and others are
     * allocated, so the brokers are made to collect their garbage first, where this JVM comes with the tool for that.
     */
    public void assertNoLeaksAndNoErrors() throws IOException {
        collectGarbage();
        brokers.forEach(BrokerProcess::isReady);
        assertLogsClean();
    }

    /** Fails if a broker has logged an error, or a leak that it found by itself. */
    public void assertLogsClean() throws IOException {
        for (int id = 1; id <= brokers.size(); id++) {
            assertThat(logLines(id, "LEAK")).as("leaks in broker " + id).isEmpty();
            assertThat(logLines(id, " ERROR ")).as("errors of broker " + id).isEmpty();
        }
    }

    private void collectGarbage() {
        brokers.forEach(ProcessCluster::collectGarbage);
    }

    private static void collectGarbage(BrokerProcess broker) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        if (broker.isRunning() && Files.exists(Path.of(jcmd))) {
            Command.of(jcmd, String.valueOf(broker.pid()), "GC.run").run().orFail();
        }
    }

    /** What a broker's heap holds after a collection of its garbage, in bytes; the least of some looks, for it goes on working. */
    double heapBytes(int id) {
        double least = Double.MAX_VALUE;
        for (int look = 0; look < HEAP_LOOKS; look++) {
            collectGarbage(broker(id));
            least = Math.min(least, broker(id).metric("jvm_heap_used_bytes"));
        }
        return least;
    }

    /** Starts a broker that is not running. */
    public void startBroker(int id) throws IOException {
        broker(id).start();
    }

    /** Empties the log directory of a broker that does not run. */
    public void wipe(int id) throws IOException {
        TestDirectory.delete(data(id));
    }

    /** Ends a broker with SIGKILL and waits until it is gone. */
    public void kill(int id) throws InterruptedException {
        broker(id).kill();
    }

    /** Halts a broker with SIGSTOP: it keeps its connections and believes what it believed, but does nothing. */
    public void pause(int id) {
        signal("STOP", id);
    }

    /** Lets a halted broker go on. */
    public void resume(int id) {
        signal("CONT", id);
    }

    private void signal(String signal, int id) {
        Command.of("kill", "-" + signal, String.valueOf(pid(id))).run().orFail();
    }

    /** Ends a broker with SIGTERM and returns its exit code. */
    public int stop(int id) throws InterruptedException {
        return broker(id).stop();
    }

    /** Waits until every broker that was started, and not ended since, says that it is ready. */
    public void awaitReady() {
        for (int id = 1; id <= brokers.size(); id++) {
            BrokerProcess broker = broker(id);
            if (broker.isWanted()) {
                String name = "broker " + id;
                Await.until(
                        Await.SOON,
                        () -> name + " is ready; its log:\n" + logOrNothing(broker),
                        () -> broker.isReady() || !broker.isRunning());
                if (!broker.isRunning()) {
                    throw new AssertionError(name + " has ended; its log:\n" + logOrNothing(broker));
                }
            }
        }
    }

    private static String logOrNothing(BrokerProcess broker) {
        try {
            return broker.log();
        } catch (IOException e) {
            return "";
        }
    }

    private BrokerProcess broker(int id) {
        return brokers.get(id - 1);
    }

    @Override
    public void close() {
        try {
            for (BrokerProcess broker : brokers) {
                broker.kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
