package io.flotilla.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What three whole brokers give to their disks, in memory here, for what a producer sends. */
class ClusterRatchetTest {
    private static final int BROKERS = 3;
    private static final int RECORDS = 12_000;
    private static final int RECORD_BYTES = 1024;
    private static final int PARTITIONS = 6;

    private final List<CountedFiles> disks = new ArrayList<>();
    private final List<Broker> brokers = new ArrayList<>();

    @AfterEach
    void stop() {
        brokers.forEach(Broker::shutdown);
    }

    @Test
    void aByteIsWrittenOnceByEachReplica() throws Exception {
        String bootstrap = start();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopic topic = new NewTopic("topic", PARTITIONS, (short) BROKERS);
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
        }
        produce(bootstrap, PARTITIONS);
        long before = written();

        produce(bootstrap, RECORDS);

        // A majority has everything when it is acknowledged; the third replica may be about to write the rest.
        brokers.forEach(Broker::shutdown);
        brokers.clear();
        double perByteAndReplica = (double) (written() - before) / BROKERS / RECORDS / RECORD_BYTES;
        assertThat(perByteAndReplica).isBetween(0.9, 1.05);
    }

    private long written() {
        return disks.stream().mapToLong(CountedFiles::bytesWritten).sum();
    }

    private String start() throws Exception {
        int[] ports = freePorts();
        for (int i = 0; i < BROKERS; i++) {
            disks.add(new CountedFiles(new MemoryFileSystem(), false));
            brokers.add(startBroker(i, ports));
        }
        for (Broker broker : brokers) {
            broker.ready().get(60, TimeUnit.SECONDS);
        }
        return IntStream.of(ports).mapToObj(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    private static int[] freePorts() throws IOException {
        int[] ports = new int[BROKERS];
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < BROKERS; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            ports[i] = held.get(i).getLocalPort();
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    private Broker startBroker(int i, int[] ports) throws StartException {
        Map<String, String> properties = Map.of(
                "node.id",
                String.valueOf(i + 1),
                "controller.quorum.voters",
                IntStream.range(0, BROKERS)
                        .mapToObj(node -> (node + 1) + "@127.0.0.1:" + ports[node])
                        .collect(Collectors.joining(",")),
                "listeners",
                "PLAINTEXT://127.0.0.1:" + ports[i],
                "metrics.listener",
                "127.0.0.1:0",
                "log.dirs",
                "/data");
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

    private static void produce(String bootstrap, int records) throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", "5", "batch.size", "65536");
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                sent.add(producer.send(new ProducerRecord<>("topic", i % PARTITIONS, null, new byte[RECORD_BYTES])));
            }
            for (Future<?> record : sent) {
                record.get(60, TimeUnit.SECONDS);
            }
        }
    }
}
