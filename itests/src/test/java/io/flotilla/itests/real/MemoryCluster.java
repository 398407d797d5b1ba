package io.flotilla.itests.real;

import io.flotilla.broker.Broker;
import io.flotilla.broker.StartException;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.SystemClock;
import io.flotilla.broker.env.SystemRandom;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.net.NettyNetwork;
import io.flotilla.broker.net.NettyScheduler;
import io.flotilla.broker.net.NetworkLimits;
import io.flotilla.log.fs.MemoryFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Brokers in this process, on real sockets and on disks in memory that can lose power. */
final class MemoryCluster implements AutoCloseable {
    private final List<MemoryFileSystem> disks = new ArrayList<>();
    private final List<Broker> brokers = new ArrayList<>();
    private final int[] ports;

    MemoryCluster(int size) {
        this.ports = FreePorts.find(size);
        for (int i = 0; i < size; i++) {
            disks.add(new MemoryFileSystem());
        }
    }

    String bootstrap() {
        return IntStream.of(ports).mapToObj(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** Starts all brokers on what their disks hold, and waits until they are ready. */
    void start() throws Exception {
        for (int i = 0; i < ports.length; i++) {
            brokers.add(startBroker(i));
        }
        for (Broker broker : brokers) {
            broker.ready().get(60, TimeUnit.SECONDS);
        }
    }

    private Broker startBroker(int i) throws StartException {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("node.id", String.valueOf(i + 1));
        properties.put(
                "controller.quorum.voters",
                IntStream.range(0, ports.length)
                        .mapToObj(node -> (node + 1) + "@127.0.0.1:" + ports[node])
                        .collect(Collectors.joining(",")));
        properties.put("listeners", "PLAINTEXT://127.0.0.1:" + ports[i]);
        // Whose disk is dead has nothing to hand over.
        properties.put("controlled.shutdown.enable", "false");
        properties.put("metrics.listener", "127.0.0.1:0");
        properties.put("log.dirs", "/data");
        properties.put("default.replication.factor", String.valueOf(ports.length));
        properties.put("log.segment.bytes", String.valueOf(1 << 20));
        properties.put("leader.imbalance.check.interval.seconds", "1");
        NettyScheduler scheduler = new NettyScheduler(1, 4);
        Metrics metrics = new Metrics();
        Environment environment = new Environment(
                new SystemClock(),
                scheduler,
                new NettyNetwork(scheduler, NetworkLimits.DEFAULT, metrics),
                disks.get(i),
                new SystemRandom());
        return Broker.start(BrokerConfig.of(properties), environment, metrics, scheduler::close);
    }

    /** Leaves this many bytes free on every disk. */
    void leaveFree(long bytes) {
        for (int broker = 1; broker <= disks.size(); broker++) {
            leaveFree(broker, bytes);
        }
    }

    /** Leaves this many bytes free on a broker's disk. */
    void leaveFree(int broker, long bytes) {
        MemoryFileSystem disk = disks.get(broker - 1);
        disk.setCapacity(Long.MAX_VALUE - 1);
        long used = Long.MAX_VALUE - 1 - disk.freeSpace(Path.of("/data"));
        disk.setCapacity(used + bytes);
    }

    /** Takes the power from all brokers at once: what their disks had not synced may be gone. */
    void losePower(RandomGenerator random) {
        disks.forEach(disk -> disk.powerLoss(random));
        brokers.forEach(Broker::shutdown);
        brokers.clear();
    }

    @Override
    public void close() {
        disks.forEach(MemoryFileSystem::killProcess);
        brokers.forEach(Broker::shutdown);
    }
}
