package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A byte of a stored batch has changed, with good batches after it: no interrupted write explains that. It is served to nobody,
 * kept aside, and repaired from other replicas, without anybody's help.
 */
final class DamageTest {
    private static final int DAMAGED_BROKER = 2;
    private static final int BATCHES = 40;

    private static ProcessCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(
                3,
                TestDirectory.empty("damage"),
                // Without a redo journal, which would bring back what these tests damage.
                Map.of(
                        "log.scrub.interval.ms",
                        "1000",
                        "log.cleaner.backoff.ms",
                        "100",
                        "log.redo.journal.bytes",
                        "0"));
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void damageFoundAtStartIsRepairedBeforeTheReplicaOpens() throws Exception {
        TopicPartition damaged = fill("found-at-start");
        TopicPartition healthy = fill("healthy");
        awaitCommitMarks(healthy);
        cluster.kill(DAMAGED_BROKER);
        Path file = segment(damaged);
        byte[] before = flipInTheMiddle(file);
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();

        Await.until("the damage is repaired", () -> startsWith(file, before));
        assertThat(cluster.logLines(DAMAGED_BROKER, "found-at-start-0 is opened once what is damaged is repaired"))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains(file.toString(), "at byte", "CRC"));
        assertKeptAside(file);
        lead(damaged);
        assertServed(damaged);
        assertThat(Files.readAllBytes(file)).startsWith(before);
    }

    /** What the others have left of it does not fit in where the damage is. */
    @Test
    void aLogThatOthersHaveCompactedIsCopiedAnewWhenItIsFoundDamagedAtStart() throws Exception {
        TopicPartition damaged = fill("copied-anew", List.of(DAMAGED_BROKER, 1, 3), Map.of("segment.bytes", "16384"));
        TopicPartition other = fill("healthy-too");
        Map<String, String> newest = new TreeMap<>();
        produceKeyed(damaged, 100, newest);
        awaitCommitMarks(other);
        cluster.kill(DAMAGED_BROKER);
        // The last segment is what is read when a log is opened.
        flipAt(segments(damaged).get(segments(damaged).size() - 1), 100);
        produceKeyed(damaged, 100, newest);
        compact(damaged.topic());
        Await.until("broker 1 has compacted", () -> sizeOn(1, damaged) < 80_000);
        Await.until("broker 3 has compacted", () -> sizeOn(3, damaged) < 80_000);
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();

        Await.until(
                "the log is copied anew",
                () -> cluster.logLines(DAMAGED_BROKER, "copied-anew-0 cannot be repaired in place")
                                .size()
                        == 1);
        assertThat(cluster.logLines(DAMAGED_BROKER, "copied-anew-0 is opened once what is damaged is repaired"))
                .hasSize(1);
        lead(damaged);
        assertThat(newestOf(damaged)).isEqualTo(newest);
    }

    private static void produceKeyed(TopicPartition partition, int count, Map<String, String> newest) throws Exception {
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                String key = "key" + i % 20;
                String value = newest.size() + "-" + count + "-" + i + "x".repeat(1000);
                producer.send(new ProducerRecord<>(partition.topic(), 0, key, value))
                        .get();
                newest.put(key, value);
            }
        }
    }

    private static void compact(String topic) throws Exception {
        try (Admin admin = clients.admin()) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            List<AlterConfigOp> changes = List.of(
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET),
                    new AlterConfigOp(new ConfigEntry("min.cleanable.dirty.ratio", "0.01"), AlterConfigOp.OpType.SET));
            Clients.get(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
        }
    }

    private static long sizeOn(int broker, TopicPartition partition) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.list(cluster.data(broker).resolve(partition.toString()))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                size += Files.size(file);
            }
        }
        return size;
    }

    /** The last value of each key; records without one are left out. */
    private static Map<String, String> newestOf(TopicPartition partition) {
        Map<String, String> found = new TreeMap<>();
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key() != null) {
                        found.put(record.key(), record.value());
                    }
                }
            }
        }
        return found;
    }

    @Test
    void damageFoundByAReadIsNeverServedAndRepairedFromPeers() throws Exception {
        TopicPartition damaged = fill("found-by-read");
        assertThat(cluster.stop(DAMAGED_BROKER)).isZero();
        Path file = segment(damaged);
        byte[] before = flipInTheMiddle(file);
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();
        lead(damaged);

        assertThat(Clients.values(clients.consume(damaged.topic(), BATCHES)))
                .containsExactly(Clients.numbered("value", BATCHES));
        assertThat(cluster.logLines(DAMAGED_BROKER, "damaged: " + file))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("found-by-read-0", "at byte", "CRC"));
        Await.until("the damage is repaired", () -> startsWith(file, before));
        assertKeptAside(file);
        lead(damaged);
        assertServed(damaged);
    }

    /** Neither the first segment nor the last is ever read by anybody: a follower's, all of it committed. */
    @Test
    void aScrubRepairsWhatNobodyReads() throws Exception {
        TopicPartition damaged =
                fill("found-by-scrub", List.of(1, DAMAGED_BROKER, 3), Map.of("segment.bytes", "16384"));
        for (int i = 0; i < BATCHES; i++) {
            clients.produce(damaged, "x".repeat(3000));
        }
        assertThat(cluster.stop(DAMAGED_BROKER)).isZero();
        List<Path> files = segments(damaged);
        assertThat(files).hasSizeGreaterThan(3);
        List<Path> hit = List.of(files.get(0), files.get(files.size() - 1));
        List<byte[]> before = new ArrayList<>();
        for (Path file : hit) {
            before.add(flipAt(file, 100));
        }
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();

        for (int i = 0; i < hit.size(); i++) {
            Path file = hit.get(i);
            byte[] good = before.get(i);
            Await.until("the damage in " + file + " is repaired", () -> startsWith(file, good));
            assertKeptAside(file);
        }
        assertThat(Clients.values(clients.consume(damaged.topic(), 2 * BATCHES)))
                .startsWith(Clients.numbered("value", BATCHES))
                .hasSize(2 * BATCHES);
        Command.Result verified = Command.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dflotilla.log.level=WARN",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.flotilla.broker.cli.Flotilla")
                .and("partition", "verify", damaged.toString(), "--bootstrap-server", cluster.bootstrap())
                .run()
                .orFail();
        assertThat(verified.output()).contains("found-by-scrub-0: replicas on brokers [1, 2, 3] are the same");
    }

    /** Who may have forgotten its votes does not vote, until its leaders have taken it in anew; then it may even lead. */
    @Test
    void aBrokerWithADamagedJournalOfVotesStartsAndIsTakenInAnew() throws Exception {
        TopicPartition partition = fill("votes-lost");
        assertThat(cluster.stop(DAMAGED_BROKER)).isZero();
        Path journal = cluster.data(DAMAGED_BROKER).resolve("hard-state.journal");
        byte[] before = flipAt(journal, 30);
        cluster.startBroker(DAMAGED_BROKER);
        cluster.awaitReady();

        assertThat(cluster.logLines(DAMAGED_BROKER, "Terms and votes may be lost"))
                .isNotEmpty();
        assertThat(journal.resolveSibling("hard-state.journal.1.damaged"))
                .exists()
                .hasSize(before.length);
        lead(partition);
        assertServed(partition);
    }

    private static List<Path> segments(TopicPartition partition) throws IOException {
        try (Stream<Path> files = Files.list(segment(partition).getParent())) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] flipAt(Path file, int position) throws IOException {
        byte[] before = Files.readAllBytes(file);
        byte[] bytes = before.clone();
        bytes[position] ^= 4;
        Files.write(file, bytes);
        return before;
    }

    private static boolean startsWith(Path file, byte[] expected) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return bytes.length >= expected.length
                && Arrays.equals(expected, 0, expected.length, bytes, 0, expected.length);
    }

    private static void assertKeptAside(Path file) throws IOException {
        try (Stream<Path> beside = Files.list(file.getParent())) {
            assertThat(beside.map(Path::toString)).anyMatch(name -> name.endsWith(".quarantine"));
        }
    }

    /** Creates a topic whose first replica is the broker to be damaged, and writes a batch for each record. */
    private static TopicPartition fill(String topic) throws Exception {
        return fill(topic, List.of(DAMAGED_BROKER, 1, 3), Map.of());
    }

    private static TopicPartition fill(String topic, List<Integer> replicas, Map<String, String> configs)
            throws Exception {
        try (Admin admin = clients.admin()) {
            Clients.get(admin.createTopics(List.of(new NewTopic(topic, Map.of(0, replicas)).configs(configs)))
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

    /** Changes one bit of a record's value and returns what the file held before. */
    private static byte[] flipInTheMiddle(Path file) throws IOException {
        byte[] before = Files.readAllBytes(file);
        byte[] bytes = before.clone();
        int value = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("value" + BATCHES / 2);
        bytes[value] ^= 4;
        Files.write(file, bytes);
        return before;
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

    private static void assertServed(TopicPartition partition) throws Exception {
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
