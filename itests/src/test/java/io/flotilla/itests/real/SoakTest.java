package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Retention, compaction and rolling restarts under load. At the end nothing acknowledged is missing, replicas are equal, and
 * brokers hold no more memory and no more files than they did. Half a minute in every build; {@code mvn -Psoak verify} has half an hour.
 */
final class SoakTest {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("flotilla.soak.seconds", 24));
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 4;
    private static final int KEYS = 2000;
    private static final int PER_SECOND = 1000;
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final long RETENTION_BYTES = 2L * SEGMENT_BYTES;

    /** Kept of a compacted partition: what lives, the segment that is written to, and what no compaction was worth yet. */
    private static final long MOST_COMPACTED_BYTES = 6L * SEGMENT_BYTES;

    /** Of a compacted partition: one that all old records fit in, those of the last passes, and what no compaction was worth yet. */
    private static final int MOST_SEGMENTS = 40;

    /** What a broker may hold more in the end than when it had warmed up: the noise of a collection and of timing. */
    private static final double HEAP_NOISE_BYTES = 24 << 20;

    private static final int FILES_NOISE = 16;

    private ProcessCluster cluster;
    private Clients clients;

    @BeforeEach
    void start() throws Exception {
        cluster = ProcessCluster.start(
                BROKERS,
                TestDirectory.empty("soak"),
                Map.of(
                        "log.retention.check.interval.ms", "1000",
                        "log.cleaner.backoff.ms", "1000",
                        "offsets.topic.segment.bytes", Integer.toString(SEGMENT_BYTES)));
        clients = new Clients(cluster.bootstrap());
        String segment = Integer.toString(SEGMENT_BYTES);
        clients.createTopic(
                "passing",
                PARTITIONS,
                Map.of(
                        "segment.bytes",
                        segment,
                        "retention.bytes",
                        Long.toString(RETENTION_BYTES),
                        "file.delete.delay.ms",
                        "1000"));
        clients.createTopic(
                "kept",
                PARTITIONS,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.bytes", segment,
                        "min.cleanable.dirty.ratio", "0.2",
                        "file.delete.delay.ms", "1000"));
    }

    @AfterEach
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void nothingGrowsAndNothingIsLost() throws Exception {
        List<Held> before;
        List<Held> after;
        Load passing = new Load(clients, "passing", PARTITIONS, PER_SECOND);
        KeyedLoad kept = new KeyedLoad(clients, "kept", KEYS, PER_SECOND);
        try (Follower follower = new Follower(clients, "passing");
                passing;
                kept) {
            passing.start();
            kept.start();
            pause(LENGTH.dividedBy(8));
            restartInTurn(System.nanoTime() + LENGTH.dividedBy(2).toNanos());
            pause(LENGTH.dividedBy(8));
            before = held();
            pause(LENGTH.dividedBy(4));
            after = held();
            passing.close();
            assertThat(passing.failures()).isEmpty();
            Await.until(
                    "the reader has all that was acknowledged",
                    () -> follower.read() >= passing.acknowledged().size());
        }
        assertThat(kept.failures()).isEmpty();
        keptIsWhole(kept);
        filesAreBounded();
        replicasAreEqual();
        System.out.printf(
                "%d s: %d records passed, longest gap %d ms, %d kept of %d; held before %s, after %s%n",
                LENGTH.toSeconds(),
                passing.acknowledged().size(),
                passing.longestGap().toMillis(),
                kept.values().size(),
                kept.sent(),
                before,
                after);
        for (int i = 0; i < BROKERS; i++) {
            assertThat(after.get(i).files).isLessThanOrEqualTo(before.get(i).files + FILES_NOISE);
            assertThat(after.get(i).heapBytes).isLessThanOrEqualTo(before.get(i).heapBytes + HEAP_NOISE_BYTES);
        }
        cluster.assertNoLeaksAndNoErrors();
    }

    private static void pause(Duration length) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(length.toNanos());
    }

    /** Stops and starts one broker after the other until the time is over, each at least once. */
    private void restartInTurn(long untilNanos) throws Exception {
        for (int turn = 0; turn < BROKERS || System.nanoTime() - untilNanos < 0; turn++) {
            int broker = 1 + turn % BROKERS;
            assertThat(cluster.stop(broker)).isZero();
            cluster.startBroker(broker);
            cluster.awaitReady();
        }
    }

    /** What a broker holds, after a collection of its garbage. */
    private record Held(double heapBytes, long files) {}

    private List<Held> held() throws IOException {
        List<Held> held = new ArrayList<>();
        for (int id = 1; id <= BROKERS; id++) {
            try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(cluster.pid(id)), "fd"))) {
                held.add(new Held(cluster.heapBytes(id), files.count()));
            }
        }
        return held;
    }

    /** Whoever reads the compacted topic finds the last value of every key that was not deleted. */
    private void keptIsWhole(KeyedLoad load) {
        Map<String, String> found = new TreeMap<>();
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition("kept", partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Await.until("everything kept is read", () -> {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.value() == null) {
                        found.remove(record.key());
                    } else {
                        found.put(record.key(), record.value());
                    }
                }
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        assertThat(found).isEqualTo(load.values());
    }

    private void filesAreBounded() {
        Await.untilAsserted(() -> {
            for (int id = 1; id <= BROKERS; id++) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    assertThat(segments(id, "kept-" + partition))
                            .hasSizeLessThan(MOST_SEGMENTS)
                            .satisfies(files -> assertThat(bytes(files)).isLessThan(MOST_COMPACTED_BYTES));
                    assertThat(segments(id, "passing-" + partition)).satisfies(files -> assertThat(bytes(files))
                            .isLessThan(RETENTION_BYTES + 2L * SEGMENT_BYTES));
                }
            }
        });
    }

    private List<Path> segments(int broker, String partition) throws IOException {
        try (Stream<Path> files = Files.list(cluster.data(broker).resolve(partition))) {
            return files.filter(name -> name.toString().endsWith(".log")).toList();
        }
    }

    private static long bytes(List<? extends Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private void replicasAreEqual() {
        Await.untilAsserted(() -> {
            for (String topic : List.of("passing", "kept")) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    Command.of(Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString())
                            .and("-XX:TieredStopAtLevel=1", "-Dflotilla.log.level=WARN")
                            .and("-cp", System.getProperty("java.class.path"), "io.flotilla.broker.cli.Flotilla")
                            .and("partition", "verify", topic + "-" + partition)
                            .and("--bootstrap-server", cluster.bootstrap())
                            .run()
                            .orFail();
                }
            }
        });
    }

    /** Reads a topic as it grows, and fails when records are missing, repeated or out of order. */
    private static final class Follower implements AutoCloseable {
        private final KafkaConsumer<String, String> consumer;
        private final Map<Integer, Long> last = new TreeMap<>();
        private final Thread thread;
        private volatile boolean stopped;
        private volatile long read;
        private volatile Throwable failure;

        Follower(Clients clients, String topic) {
            consumer = clients.consumer(Map.of("auto.offset.reset", "none"));
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, 0));
            thread = new Thread(this::run, "reader of " + topic);
            thread.start();
        }

        private void run() {
            try {
                while (!stopped) {
                    consumer.poll(Duration.ofMillis(100)).forEach(this::take);
                }
            } catch (RuntimeException | AssertionError e) {
                failure = e;
            }
        }

        /** Partitions take the numbers in turn, so each next one of a partition is as many further as there are partitions. */
        private void take(ConsumerRecord<String, String> record) {
            long number = Long.parseLong(record.value());
            Long before = last.put(record.partition(), number);
            long expected = before == null ? record.partition() : before + PARTITIONS;
            assertThat(number).as("%s", record).isEqualTo(expected);
            read++;
        }

        /** Records read so far. */
        long read() {
            if (failure != null) {
                throw new AssertionError(failure);
            }
            return read;
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            consumer.close();
        }
    }
}
