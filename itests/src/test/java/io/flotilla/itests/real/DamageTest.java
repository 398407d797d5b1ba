package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A byte of a stored batch has changed, with good batches after it: no interrupted write explains that. The replica stops and
 * says why; its broker, its partition and its file live on.
 */
final class DamageTest {
    private static final int DAMAGED_BROKER = 2;
    private static final int BATCHES = 40;

    private static ProcessCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(3, TestDirectory.empty("damage"), Map.of());
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void damageFoundAtStartStopsTheReplicaOnly() throws Exception {
        TopicPartition damaged = fill("found-at-start");
        TopicPartition healthy = fill("healthy");
        awaitCommitMarks(healthy);
        cluster.kill(DAMAGED_BROKER);
        Path file = segment(damaged);
        byte[] after = flipInTheMiddle(file);
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();

        assertThat(cluster.logLines(DAMAGED_BROKER, "found-at-start-0 cannot be opened and is left as it is"))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains(file.toString(), "at byte", "CRC"));
        assertServedByOthers(damaged);
        assertThat(file).hasBinaryContent(after);
        lead(healthy);
        RecordMetadata last =
                clients.produce(healthy, "led by the broker with the damage").get(0);
        assertThat(clients.consume(healthy.topic(), (int) last.offset() + 1)).hasSize((int) last.offset() + 1);
    }

    @Test
    void damageFoundByAReadStopsTheReplicaOnly() throws Exception {
        TopicPartition damaged = fill("found-by-read");
        assertThat(cluster.stop(DAMAGED_BROKER)).isZero();
        Path file = segment(damaged);
        byte[] after = flipInTheMiddle(file);
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();
        lead(damaged);

        assertThat(Clients.values(clients.consume(damaged.topic(), BATCHES)))
                .containsExactly(Clients.numbered("value", BATCHES));
        assertThat(cluster.logLines(DAMAGED_BROKER, file.toString()))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("found-by-read-0", "at byte", "CRC"));
        assertServedByOthers(damaged);
        assertThat(Files.readAllBytes(file)).startsWith(after);
    }

    /** Creates a topic whose first replica is the broker to be damaged, and writes a batch for each record. */
    private static TopicPartition fill(String topic) throws Exception {
        try (Admin admin = clients.admin()) {
            Clients.get(admin.createTopics(List.of(new NewTopic(topic, Map.of(0, List.of(DAMAGED_BROKER, 1, 3)))))
                    .all());
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        for (String value : Clients.numbered("value", BATCHES)) {
            clients.produce(partition, value);
        }
        return partition;
    }

    /**
     * Waits until the damaged broker has noted how far logs are committed, as it does about every second. Nearer to the end than
     * that, what a crash tore up looks no different from damage, and is cut and fetched again. Two notes: the first may have
     * been under way before.
     */
    private static void awaitCommitMarks(TopicPartition other) throws IOException {
        Path journal = cluster.data(DAMAGED_BROKER).resolve("hard-state.journal");
        for (int note = 1; note <= 2; note++) {
            byte[] before = Files.readAllBytes(journal);
            Await.until("commit marks are noted", () -> {
                clients.produce(other, "something to note");
                return !Arrays.equals(before, Files.readAllBytes(journal));
            });
        }
    }

    private static Path segment(TopicPartition partition) {
        return cluster.data(DAMAGED_BROKER).resolve(partition + "/00000000000000000000.log");
    }

    /** Changes one bit of a record's value and returns what the file holds now. */
    private static byte[] flipInTheMiddle(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int value = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("value" + BATCHES / 2);
        bytes[value] ^= 4;
        Files.write(file, bytes);
        return bytes;
    }

    /** Has the damaged broker lead a partition, as it would after a while or on an administrator's word. */
    private static void lead(TopicPartition partition) throws Exception {
        try (Admin admin = clients.admin()) {
            Await.until("broker " + DAMAGED_BROKER + " leads " + partition, () -> {
                if (leader(admin, partition).id() == DAMAGED_BROKER) {
                    return true;
                }
                Clients.get(admin.electLeaders(ElectionType.PREFERRED, Set.of(partition))
                        .partitions());
                return false;
            });
        }
    }

    private static void assertServedByOthers(TopicPartition partition) throws Exception {
        try (Admin admin = clients.admin()) {
            Await.until(
                    "another broker leads " + partition,
                    () -> leader(admin, partition).id() != DAMAGED_BROKER);
        }
        clients.produce(partition, "after the damage");
        List<String> values = Clients.values(clients.consume(partition.topic(), BATCHES + 1));
        assertThat(values).startsWith(Clients.numbered("value", BATCHES)).endsWith("after the damage");
    }

    private static Node leader(Admin admin, TopicPartition partition) throws Exception {
        return Clients.get(admin.describeTopics(List.of(partition.topic())).allTopicNames())
                .get(partition.topic())
                .partitions()
                .get(partition.partition())
                .leader();
    }
}
