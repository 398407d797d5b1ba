package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What consumers that read everything from the start again and again cost a producer: its latency at half of the maximum
 * rate, without them and with them. Measured and printed, not asserted, as it depends on the machine. Run it alone with
 * {@code mvn verify -Dflotilla.readers=20 -Dflotilla.leaks=disabled -Dtest=LaggingReadersTest
 * -Dsurefire.failIfNoSpecifiedTests=false};
 * {@code flotilla.readers.seconds} says how long each phase takes, {@code flotilla.readers.mb} how much all readers together
 * read in a second at most (0: as fast as it goes), {@code flotilla.readers.rate} how many records to send in a second
 * instead of half of the maximum.
 */
@EnabledIfSystemProperty(named = "flotilla.readers", matches = "[0-9]+", disabledReason = "a measurement, not a check")
final class LaggingReadersTest {
    private static final int READERS = Integer.getInteger("flotilla.readers", 20);
    private static final int SECONDS = Integer.getInteger("flotilla.readers.seconds", 15);
    private static final long MOST_READ = Integer.getInteger("flotilla.readers.mb", 0) * 1_000_000L;
    private static final int FIXED_RATE = Integer.getInteger("flotilla.readers.rate", 0);
    private static final String TOPIC = "lagging";
    private static final int PARTITIONS = 6;
    private static final byte[] VALUE = new byte[1024];
    private static final List<TopicPartition> ALL = new ArrayList<>();

    static {
        for (int i = 0; i < PARTITIONS; i++) {
            ALL.add(new TopicPartition(TOPIC, i));
        }
    }

    private final AtomicLong bytesRead = new AtomicLong();
    private volatile boolean stopped;

    @Test
    void producingAtHalfOfTheMaximumRate() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(3, TestDirectory.empty("lagging"), Map.of())) {
            Clients clients = new Clients(cluster.bootstrap());
            clients.createTopic(TOPIC, PARTITIONS);
            try (KafkaProducer<byte[], byte[]> producer = producer(cluster)) {
                produceAtFullRate(producer);
                long maximum = produceAtFullRate(producer);
                int rate = FIXED_RATE > 0 ? FIXED_RATE : (int) (maximum / 2);
                System.out.printf("maximum rate: %,d records of 1 KB a second; from now on %,d%n", maximum, rate);
                report("without readers", produceAt(producer, rate));
                List<Thread> readers = startReaders(cluster);
                try {
                    produceAt(producer, rate);
                    long before = bytesRead.get();
                    long[] latencies = produceAt(producer, rate);
                    System.out.printf(
                            "%d readers read %,d MB/s%n", READERS, (bytesRead.get() - before) / SECONDS / 1_000_000);
                    report("with readers", latencies);
                } finally {
                    stopped = true;
                    for (Thread reader : readers) {
                        reader.join();
                    }
                }
                report("without readers again", produceAt(producer, rate));
            }
            assertThat(bytesRead.get()).isPositive();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(ProcessCluster cluster) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrap(), "acks", "all", "linger.ms", 5, "batch.size", 65536),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Records per second. */
    private static long produceAtFullRate(KafkaProducer<byte[], byte[]> producer) {
        long begin = System.nanoTime();
        AtomicInteger acknowledged = new AtomicInteger();
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(SECONDS)) {
            producer.send(new ProducerRecord<>(TOPIC, VALUE), (metadata, failure) -> {
                if (failure == null) {
                    acknowledged.incrementAndGet();
                }
            });
        }
        producer.flush();
        return acknowledged.get() * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - begin);
    }

    /** Nanoseconds from when each record was due to its acknowledgement, in order of size. */
    private static long[] produceAt(KafkaProducer<byte[], byte[]> producer, int rate) {
        long[] latencies = new long[rate * SECONDS];
        long begin = System.nanoTime();
        for (int i = 0; i < latencies.length; i++) {
            int number = i;
            long due = begin + i * TimeUnit.SECONDS.toNanos(1) / rate;
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            producer.send(new ProducerRecord<>(TOPIC, VALUE), (metadata, failure) -> {
                latencies[number] = failure == null ? System.nanoTime() - due : Long.MAX_VALUE;
            });
        }
        producer.flush();
        Arrays.sort(latencies);
        return latencies;
    }

    private static void report(String what, long[] sorted) {
        System.out.printf(
                "%s: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms%n",
                what,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                sorted[(int) (sorted.length * 0.999)] / 1e6);
    }

    private List<Thread> startReaders(ProcessCluster cluster) {
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            Thread reader = new Thread(() -> read(cluster), "reader " + i);
            reader.start();
            readers.add(reader);
        }
        return readers;
    }

    private void read(ProcessCluster cluster) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", cluster.bootstrap(), "check.crcs", true),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(ALL);
            consumer.seekToBeginning(ALL);
            Map<TopicPartition, Long> ends = consumer.endOffsets(ALL);
            long begin = System.nanoTime();
            long read = 0;
            while (!stopped) {
                long bytes = consumer.poll(Duration.ofMillis(200)).count() * (long) VALUE.length;
                read += bytes;
                bytesRead.addAndGet(bytes);
                for (TopicPartition partition : ALL) {
                    if (consumer.position(partition) >= ends.get(partition)) {
                        consumer.seekToBeginning(List.of(partition));
                    }
                }
                if (MOST_READ > 0) {
                    long due = begin + read * TimeUnit.SECONDS.toNanos(1) * READERS / MOST_READ;
                    LockSupport.parkNanos(Math.min(due - System.nanoTime(), TimeUnit.SECONDS.toNanos(1)));
                }
            }
        }
    }
}
