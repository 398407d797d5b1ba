package io.flotilla.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * A program: sends 1,000 records a second over 50 partitions with an idempotent producer, kills a broker meanwhile, and reads
 * everything back. Prints one line of JSON: for the partition with the longest and the one with the median time between two
 * acknowledgements that time, and how many records were acknowledged, refused, lost though acknowledged, and stored more than
 * once.
 */
public final class FailoverLoad {
    static final int PARTITIONS = 50;

    private static final int RECORDS_PER_SECOND = 1_000;
    private static final int RECORD_BYTES = 256;
    private static final long READ_BACK_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final String bootstrap;
    private final String topic;
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicLong failed = new AtomicLong();
    /** By partition, in nanoseconds; written by the producer's thread alone, read when it has ended. */
    private final long[] lastAcknowledged = new long[PARTITIONS];

    private final long[] longestGap = new long[PARTITIONS];

    private FailoverLoad(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    /** Arguments: bootstrap servers, topic, seconds, process id to kill, second to kill it at. */
    public static void main(String[] arguments) throws Exception {
        FailoverLoad load = new FailoverLoad(arguments[0], arguments[1]);
        load.send(Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]), Integer.parseInt(arguments[4]));
        System.out.println(new ObjectMapper().writeValueAsString(load.figures(load.readBack())));
    }

    private void send(int seconds, long pid, int killAfterSeconds) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrap,
                "acks", "all",
                "enable.idempotence", "true",
                "linger.ms", "2",
                "request.timeout.ms", "5000",
                "delivery.timeout.ms", "60000");
        byte[] value = new byte[RECORD_BYTES];
        try (KafkaProducer<Long, byte[]> producer =
                new KafkaProducer<>(config, new LongSerializer(), new ByteArraySerializer())) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(topic, partition, -1L - partition, value))
                        .get();
            }
            long start = System.nanoTime();
            Arrays.fill(lastAcknowledged, start);
            boolean killed = false;
            for (long id = 0; id < (long) RECORDS_PER_SECOND * seconds; id++) {
                awaitNanoTime(start + TimeUnit.SECONDS.toNanos(id) / RECORDS_PER_SECOND);
                if (!killed && System.nanoTime() - start > TimeUnit.SECONDS.toNanos(killAfterSeconds)) {
                    killed = true;
                    kill(pid);
                }
                send(producer, id, value);
            }
        }
        long end = System.nanoTime();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            longestGap[partition] = Math.max(longestGap[partition], silence(partition, end));
        }
    }

    /** A partition that never came back was silent to the end; what lies between the last record and the end is no gap. */
    private long silence(int partition, long end) {
        long delivery = TimeUnit.SECONDS.toNanos(5);
        long silent = end - lastAcknowledged[partition];
        return silent > delivery ? silent : 0;
    }

    private static void awaitNanoTime(long due) throws InterruptedException {
        while (System.nanoTime() < due) {
            Thread.sleep(1);
        }
    }

    private static void kill(long pid) throws IOException {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow(() -> new IOException("no process " + pid));
        if (!process.destroyForcibly()) {
            throw new IOException("could not kill process " + pid);
        }
    }

    private void send(KafkaProducer<Long, byte[]> producer, long id, byte[] value) {
        int partition = (int) (id % PARTITIONS);
        producer.send(new ProducerRecord<>(topic, partition, id, value), (metadata, error) -> {
            if (error != null) {
                failed.incrementAndGet();
                return;
            }
            acknowledged.add(id);
            long now = System.nanoTime();
            longestGap[partition] = Math.max(longestGap[partition], now - lastAcknowledged[partition]);
            lastAcknowledged[partition] = now;
        });
    }

    /** How often each record is stored, by its id. */
    private Map<Long, Integer> readBack() throws IOException {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap);
        Map<Long, Integer> stored = new HashMap<>();
        try (KafkaConsumer<Long, byte[]> consumer =
                new KafkaConsumer<>(config, new LongDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long start = System.nanoTime();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() - start > READ_BACK_NANOS) {
                    throw new IOException("not everything could be read back in time");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(record -> stored.merge(record.key(), 1, Integer::sum));
            }
        }
        return stored;
    }

    private Map<String, Long> figures(Map<Long, Integer> stored) {
        long[] gaps = longestGap.clone();
        Arrays.sort(gaps);
        Map<String, Long> figures = new TreeMap<>();
        figures.put("gap_ms_max", TimeUnit.NANOSECONDS.toMillis(gaps[PARTITIONS - 1]));
        figures.put("gap_ms_median", TimeUnit.NANOSECONDS.toMillis(gaps[PARTITIONS / 2]));
        figures.put("acked", (long) acknowledged.size());
        figures.put("failed", failed.get());
        figures.put(
                "lost",
                acknowledged.stream().filter(id -> !stored.containsKey(id)).count());
        figures.put(
                "duplicated",
                stored.entrySet().stream()
                        .filter(entry -> entry.getKey() >= 0 && entry.getValue() > 1)
                        .count());
        return figures;
    }
}
