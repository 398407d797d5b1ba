package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.inspect.Problem;
import io.flotilla.log.inspect.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compacted topics on brokers that run, are away, are killed, as clients see them. */
final class CompactionTest {
    private static final String TOPIC = "newest";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int KEYS = 40;
    private static final int ROUNDS = 8;
    private static final int RECORDS = 1000;

    private final Map<String, String> newest = new TreeMap<>();
    private final Random random = new Random(5);
    private ProcessCluster cluster;
    private Clients clients;

    @BeforeEach
    void start() {
        cluster = ProcessCluster.start(
                3,
                TestDirectory.empty("compaction"),
                Map.of(
                        "log.cleaner.backoff.ms", "100",
                        "log.cleaner.min.cleanable.ratio", "0.01",
                        "log.cleaner.max.compaction.lag.ms", "1000",
                        "log.segment.delete.delay.ms", "0",
                        "offsets.topic.num.partitions", "1"));
        clients = new Clients(cluster.bootstrap());
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    /** Writes records of few keys, some of them tombstones, and notes what a reader is to end up with. */
    private void produce(String compression) throws Exception {
        try (KafkaProducer<String, String> producer =
                clients.producer(Map.of("compression.type", compression, "linger.ms", 2))) {
            for (int i = 0; i < RECORDS; i++) {
                String key = "key" + random.nextInt(KEYS);
                String value = random.nextInt(10) == 0 ? null : "value" + i + "x".repeat(random.nextInt(100));
                producer.send(new ProducerRecord<>(TOPIC, 0, key, value));
                if (value == null) {
                    newest.remove(key);
                } else {
                    newest.put(key, value);
                }
                if (i % 100 == 0) {
                    producer.flush();
                }
            }
        }
    }

    private Path partition(int broker) {
        return cluster.data(broker).resolve(PARTITION.toString());
    }

    private static long size(Path partition) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.list(partition)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                size += Files.size(file);
            }
        } catch (NoSuchFileException e) {
            return Long.MAX_VALUE;
        }
        return size;
    }

    private void awaitSmall(int broker, long bytes) {
        Await.until(
                Duration.ofSeconds(60),
                () -> "the log of broker " + broker + " is small",
                () -> size(partition(broker)) < bytes);
    }

    /** What a reader from the beginning ends up with. */
    private Map<String, String> read(Map<String, Object> settings, int atMost) {
        Map<String, String> found = new TreeMap<>();
        int records = 0;
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            while (consumer.position(PARTITION) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    records++;
                    if (record.value() == null) {
                        found.remove(record.key());
                    } else {
                        found.put(record.key(), record.value());
                    }
                }
            }
            assertThat(end).isEqualTo((long) ROUNDS * RECORDS);
        }
        assertThat(records).isLessThan(atMost);
        return found;
    }

    @Test
    void readersFindTheNewestOfEachKeyWhoeverWasAway() throws Exception {
        clients.createTopic(TOPIC, 1, Map.of("cleanup.policy", "compact", "segment.bytes", "65536"));
        cluster.kill(3);
        List<String> compressions = List.of("none", "lz4", "zstd", "gzip");
        for (int i = 0; i < ROUNDS; i++) {
            produce(compressions.get(i % compressions.size()));
        }
        awaitSmall(1, 40_000);
        awaitSmall(2, 40_000);
        assertThat(read(Map.of(), 4 * RECORDS)).isEqualTo(newest);

        cluster.startBroker(3);
        cluster.awaitReady();
        awaitSmall(3, 40_000);
        for (int broker = 1; broker <= 3; broker++) {
            List<Problem> problems = new ArrayList<>();
            new Verifier(new JdkFileSystem(), problems::add).verify(cluster.data(broker));
            assertThat(problems).filteredOn(Problem::damage).isEmpty();
        }
        dumpWithKafkasTool();
        readWithKcat();

        for (int broker = 1; broker <= 3; broker++) {
            cluster.kill(broker);
        }
        for (int broker = 1; broker <= 3; broker++) {
            cluster.startBroker(broker);
        }
        cluster.awaitReady();
        for (int rack = 1; rack <= 3; rack++) {
            assertThat(read(Map.of("client.rack", "rack" + rack), 4 * RECORDS)).isEqualTo(newest);
        }
        cluster.assertLogsClean();
    }

    private void dumpWithKafkasTool() {
        Command dump = KafkaToolsTest.tool("org.apache.kafka.tools.DumpLogSegments")
                .and("--print-data-log", "--deep-iteration", "--files");
        assertThat(dump.and(partition(1).resolve("00000000000000000000.log").toString())
                        .run()
                        .orFail()
                        .output())
                .contains("count: 0")
                .contains("isvalid: true")
                .doesNotContain("isvalid: false");
    }

    private void readWithKcat() {
        if (!Command.of("kcat", "-V").works()) {
            return;
        }
        Map<String, String> found = new TreeMap<>();
        Command.of(
                        "kcat",
                        "-b",
                        clients.bootstrap(),
                        "-C",
                        "-t",
                        TOPIC,
                        "-o",
                        "beginning",
                        "-e",
                        "-q",
                        "-f",
                        "%k %s\\n")
                .run()
                .orFail()
                .lines()
                .forEach(line -> {
                    String[] words = line.split(" ", 2);
                    if (words[1].isEmpty()) {
                        found.remove(words[0]);
                    } else {
                        found.put(words[0], words[1]);
                    }
                });
        assertThat(found).isEqualTo(newest);
    }

    @Test
    void committedOffsetsStaySmall() throws Exception {
        clients.createTopic(TOPIC, 1);
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of("group.id", "busy"))) {
            consumer.assign(List.of(PARTITION));
            long written = 0;
            for (int i = 0; i < 4000; i++) {
                consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(0, "commit " + i + "x".repeat(50))));
                written += 150;
                if (i % 1000 == 999) {
                    // Segments are closed at the age of a second.
                    TimeUnit.MILLISECONDS.sleep(1100);
                }
            }
            Path offsets = cluster.data(1).resolve("__consumer_offsets-0");
            long most = written / 3;
            Await.until(Duration.ofSeconds(60), () -> "committed offsets are compacted", () -> size(offsets) < most);
            assertThat(consumer.committed(Set.of(PARTITION)).get(PARTITION).metadata())
                    .startsWith("commit 3999");
        }
        cluster.assertLogsClean();
    }
}
