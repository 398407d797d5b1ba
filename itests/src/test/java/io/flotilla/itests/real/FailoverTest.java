package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.itests.real.Load.Acknowledged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Brokers are taken away under load and come back: killed, stopped in good order, halted, and all killed at once. Nothing that
 * was acknowledged may be missing, doubled or out of order, a group at work must read everything, and the replicas must be
 * equal afterwards. How long acknowledgements stayed away is printed; only the insane fails, for machines differ.
 */
final class FailoverTest {
    private static final int PARTITIONS = 12;
    private static final int PER_SECOND = 600;
    private static final Duration SANE_GAP = Duration.ofSeconds(10);

    private static ProcessCluster cluster;
    private static Clients clients;

    /** Something bad that happens to the cluster, and passes. */
    private interface Harm {
        void happen(Load load) throws Exception;
    }

    @BeforeAll
    static void start() {
        // Small segments, so that every kind of file there is gets written and recovered.
        Map<String, String> properties = Map.of("log.segment.bytes", "65536");
        cluster = ProcessCluster.start(3, TestDirectory.empty("failover"), properties);
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Test
    void eachBrokerIsKilledInTurn() throws Exception {
        Duration gap = survives("killed", load -> {
            for (int id = 1; id <= cluster.brokers(); id++) {
                cluster.kill(id);
                awaitAcknowledged(load);
                cluster.startBroker(id);
                cluster.awaitReady();
                awaitAcknowledged(load);
            }
        });
        assertThat(gap).isLessThan(SANE_GAP);
    }

    @Test
    void eachBrokerIsRestartedInTurn() throws Exception {
        Duration gap = survives("restarted", load -> {
            for (int id = 1; id <= cluster.brokers(); id++) {
                assertThat(cluster.stop(id)).as("exit code of broker " + id).isZero();
                awaitAcknowledged(load);
                cluster.startBroker(id);
                cluster.awaitReady();
                awaitAcknowledged(load);
            }
        });
        assertThat(gap).isLessThan(SANE_GAP);
    }

    @Test
    void eachBrokerIsHaltedInTurn() throws Exception {
        Duration gap = survives("halted", load -> {
            for (int id = 1; id <= cluster.brokers(); id++) {
                cluster.pause(id);
                awaitAcknowledged(load);
                cluster.resume(id);
                awaitAcknowledged(load);
            }
        });
        assertThat(gap).isLessThan(SANE_GAP);
    }

    @Test
    void allBrokersAreKilledAtOnce() throws Exception {
        survives("all-killed", load -> {
            for (int id = 1; id <= cluster.brokers(); id++) {
                cluster.kill(id);
            }
            for (int id = 1; id <= cluster.brokers(); id++) {
                cluster.startBroker(id);
            }
            cluster.awaitReady();
            awaitAcknowledged(load);
        });
    }

    /** Returns the longest time without acknowledgements of any one partition. */
    private static Duration survives(String topic, Harm harm) throws Exception {
        clients.createTopic(topic, PARTITIONS);
        Load load = new Load(clients, topic, PARTITIONS, PER_SECOND);
        try (load;
                PollingMember reader = PollingMember.of(clients, "readers-of-" + topic, topic, Map.of())) {
            load.start();
            awaitAcknowledged(load);
            harm.happen(load);
            load.close();
            awaitReadBy(reader, load.acknowledged());
        }
        System.out.printf(
                "%s: %d records acknowledged, longest gap %d ms%n",
                topic, load.acknowledged().size(), load.longestGap().toMillis());
        assertThat(load.failures()).isEmpty();
        assertNothingMissingDoubledOrOutOfOrder(topic, load.acknowledged());
        Await.untilAsserted(FailoverTest::assertReplicasEqual);
        cluster.assertNoLeaksAndNoErrors();
        return load.longestGap();
    }

    private static void awaitAcknowledged(Load load) {
        int enough = load.acknowledged().size() + PER_SECOND;
        Await.until(
                PER_SECOND + " more records are acknowledged",
                () -> load.acknowledged().size() >= enough);
    }

    /** A group keeps its place while its coordinator moves; it may read something twice, but nothing never. */
    private static void awaitReadBy(PollingMember reader, List<Acknowledged> acknowledged) {
        Set<String> wanted = acknowledged.stream()
                .map(record -> Long.toString(record.number()))
                .collect(Collectors.toSet());
        Await.until("a group at work meanwhile has read everything", () -> new HashSet<>(reader.values())
                .containsAll(wanted));
        assertThat(reader.failure()).isNull();
    }

    private static void assertNothingMissingDoubledOrOutOfOrder(String topic, List<Acknowledged> acknowledged) {
        Map<Integer, List<Long>> numbers = new HashMap<>();
        for (ConsumerRecord<String, String> record : readAll(topic)) {
            List<Long> ofPartition = numbers.computeIfAbsent(record.partition(), partition -> new ArrayList<>());
            assertThat(record.offset()).as("offsets without holes").isEqualTo(ofPartition.size());
            ofPartition.add(Long.parseLong(record.value()));
        }
        numbers.forEach((partition, found) ->
                assertThat(found).as("partition " + partition).isSorted().doesNotHaveDuplicates());
        for (Acknowledged record : acknowledged) {
            List<Long> found = numbers.get(record.partition());
            long offset = record.offset() >= 0 ? record.offset() : found.indexOf(record.number());
            assertThat(found.get((int) offset))
                    .as("offset %d of partition %d", record.offset(), record.partition())
                    .isEqualTo(record.number());
        }
    }

    private static List<ConsumerRecord<String, String>> readAll(String topic) {
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            long records = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return Clients.poll(consumer, (int) records);
        }
    }

    /** All batches of each partition, the cluster's own included, are the same bytes on all brokers. */
    private static void assertReplicasEqual() throws IOException {
        Map<String, byte[]> first = logs(cluster.data(1));
        assertThat(first).hasSizeGreaterThanOrEqualTo(PARTITIONS);
        for (int id = 2; id <= cluster.brokers(); id++) {
            Map<String, byte[]> other = logs(cluster.data(id));
            assertThat(other.keySet()).isEqualTo(first.keySet());
            first.forEach((partition, bytes) -> assertThat(Arrays.mismatch(bytes, other.get(partition)))
                    .as(
                            "first difference in %s, of %d and %d bytes",
                            partition, bytes.length, other.get(partition).length)
                    .isEqualTo(-1));
        }
    }

    /** The bytes of each partition's segments, one after the other. */
    private static Map<String, byte[]> logs(Path data) throws IOException {
        Map<String, byte[]> logs = new HashMap<>();
        for (Path directory : list(data)) {
            if (Files.isDirectory(directory)) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                for (Path file : list(directory)) {
                    if (file.toString().endsWith(".log")) {
                        Files.copy(file, all);
                    }
                }
                logs.put(directory.getFileName().toString(), all.toByteArray());
            }
        }
        return logs;
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> names = Files.list(directory)) {
            return names.sorted().toList();
        }
    }
}
