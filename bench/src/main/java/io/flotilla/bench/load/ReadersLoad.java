package io.flotilla.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A program: consumers that read what a topic held when they began, from its start, again and again. Prints a line
 * once all of them have read something, and ends when its standard input does, with a line that says how many MB (2^20 bytes) of
 * values they read in a second in between.
 */
public final class ReadersLoad {
    private static final double BYTES_PER_MB = 1 << 20;
    private static final int START_SECONDS = 60;

    private final String bootstrap;
    private final List<TopicPartition> partitions;
    private final CountDownLatch reading;
    /** Of one consumer, in a second; 0 for as many as it gets. */
    private final double mostBytes;

    private final AtomicLong bytes = new AtomicLong();

    private ReadersLoad(String bootstrap, String topic, int readers, double mostMb) {
        this.bootstrap = bootstrap;
        this.partitions = IntStream.range(0, LaggingReaders.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        this.reading = new CountDownLatch(readers);
        this.mostBytes = mostMb * BYTES_PER_MB / readers;
    }

    /** Arguments: bootstrap servers, topic, consumers, MB that all of them read in a second at most or 0. */
    public static void main(String[] arguments) throws Exception {
        int readers = Integer.parseInt(arguments[2]);
        new ReadersLoad(arguments[0], arguments[1], readers, Double.parseDouble(arguments[3])).run(readers);
    }

    private void run(int readers) throws IOException, InterruptedException {
        for (int i = 0; i < readers; i++) {
            Thread thread = new Thread(this::read, "reader-" + i);
            // Whoever started this program may be gone before all of them read.
            thread.setDaemon(true);
            thread.start();
        }
        if (!reading.await(START_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(reading.getCount() + " consumers have read nothing after " + START_SECONDS + " s");
        }
        long before = bytes.get();
        long begin = System.nanoTime();
        System.out.println("reading");
        while (System.in.read() >= 0) {
            // Only its end means something.
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(Locale.ROOT, "%.1f%n", (bytes.get() - before) / seconds / BYTES_PER_MB);
    }

    private void read() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long begin = System.nanoTime();
            long read = 0;
            while (true) {
                long before = read;
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                if (read == 0 && !records.isEmpty()) {
                    reading.countDown();
                }
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    read += record.serializedValueSize();
                }
                bytes.addAndGet(read - before);
                for (TopicPartition partition : partitions) {
                    if (consumer.position(partition) >= ends.get(partition)) {
                        consumer.seekToBeginning(List.of(partition));
                    }
                }
                if (mostBytes > 0) {
                    LockSupport.parkNanos(begin + (long) (read / mostBytes * 1e9) - System.nanoTime());
                }
            }
        }
    }
}
