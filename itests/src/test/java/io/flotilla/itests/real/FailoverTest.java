package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.itests.real.Load.Acknowledged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every broker in turn is taken away under load and comes back: by SIGKILL, as a machine dies, and by SIGTERM, as an
 * administrator restarts it. Nothing that was acknowledged may be missing, doubled or out of order, and the replicas must be
 * equal afterwards.
 */
final class FailoverTest {
    private static final int PARTITIONS = 12;
    private static final int PER_SECOND = 600;
    private static final Duration SANE_GAP = Duration.ofSeconds(10);

    private enum Ending {
        KILL,
        STOP
    }

    @ParameterizedTest
    @EnumSource
    void nothingAcknowledgedIsLost(Ending ending) throws Exception {
        String topic = "load";
        // Small segments, so that every kind of file there is gets written and recovered.
        Map<String, String> properties = Map.of("log.segment.bytes", "65536");
        try (ProcessCluster cluster = ProcessCluster.start(
                3, TestDirectory.empty("failover-" + ending.name().toLowerCase(Locale.ROOT)), properties)) {
            Clients clients = new Clients(cluster.bootstrap());
            clients.createTopic(topic, PARTITIONS);
            Load load = new Load(clients, topic, PARTITIONS, PER_SECOND);
            PollingMember reader = PollingMember.of(clients, "readers", topic, Map.of());
            try (load;
                    reader) {
                load.start();
                for (int id = 1; id <= cluster.brokers(); id++) {
                    awaitAcknowledged(load, 2 * PER_SECOND);
                    end(cluster, id, ending);
                    awaitAcknowledged(load, 2 * PER_SECOND);
                    cluster.startBroker(id);
                    cluster.awaitReady();
                }
                awaitAcknowledged(load, PER_SECOND);
                load.close();
                awaitReadBy(reader, load.acknowledged());
            }
            System.out.printf(
                    "%s of each broker in turn: %d records acknowledged, longest gap %d ms%n",
                    ending, load.acknowledged().size(), load.longestGap().toMillis());
            assertThat(load.failures()).isEmpty();
            assertThat(load.longestGap()).isLessThan(SANE_GAP);
            assertNothingMissingDoubledOrOutOfOrder(clients, topic, load.acknowledged());
            Await.untilAsserted(() -> assertReplicasEqual(cluster));
            for (int id = 1; id <= cluster.brokers(); id++) {
                assertThat(cluster.logLines(id, "LEAK")).isEmpty();
                assertThat(cluster.logLines(id, " ERROR ")).isEmpty();
            }
        }
    }

    private static void end(ProcessCluster cluster, int id, Ending ending) throws InterruptedException {
        if (ending == Ending.KILL) {
            cluster.kill(id);
        } else {
            assertThat(cluster.stop(id)).as("exit code of broker " + id).isZero();
        }
    }

    private static void awaitAcknowledged(Load load, int more) {
        int enough = load.acknowledged().size() + more;
        Await.until(
                more + " more records are acknowledged",
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

    private static void assertNothingMissingDoubledOrOutOfOrder(
            Clients clients, String topic, List<Acknowledged> acknowledged) {
        Map<Integer, List<Long>> numbers = new HashMap<>();
        for (ConsumerRecord<String, String> record : readAll(clients, topic)) {
            List<Long> ofPartition = numbers.computeIfAbsent(record.partition(), partition -> new ArrayList<>());
            assertThat(record.offset()).as("offsets without holes").isEqualTo(ofPartition.size());
            ofPartition.add(Long.parseLong(record.value()));
        }
        numbers.forEach((partition, found) ->
                assertThat(found).as("partition " + partition).isSorted().doesNotHaveDuplicates());
        for (Acknowledged record : acknowledged) {
            assertThat(numbers.get(record.partition()).get((int) record.offset()))
                    .as("offset %d of partition %d", record.offset(), record.partition())
                    .isEqualTo(record.number());
        }
    }

    private static List<ConsumerRecord<String, String>> readAll(Clients clients, String topic) {
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
    private static void assertReplicasEqual(ProcessCluster cluster) throws IOException {
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
        try (Stream<Path> directories = Files.list(data)) {
            for (Path directory : directories.filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.list(directory)) {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    files.filter(file -> file.toString().endsWith(".log"))
                            .sorted()
                            .forEach(file -> {
                                try {
                                    Files.copy(file, all);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
                    logs.put(directory.getFileName().toString(), all.toByteArray());
                }
            }
        }
        return logs;
    }
}
