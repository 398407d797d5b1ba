package io.flotilla.itests.chaos;

import io.flotilla.check.Event.Denied;
import io.flotilla.check.Event.Note;
import io.flotilla.check.Event.Polled;
import io.flotilla.check.Event.Positioned;
import io.flotilla.check.Event.Read;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A consumer without a group that reads all partitions from their beginning, on a thread of its own. */
final class Reader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final String name;
    private final History history;
    private final KafkaConsumer<String, String> consumer;
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();

    /** Since when a fetch for each partition may have been on its way. */
    private final Map<TopicPartition, Long> asked = new HashMap<>();

    private final Thread thread;
    private volatile boolean stopped;

    Reader(String name, String bootstrap, List<Partition> partitions, History history, Map<String, Object> settings) {
        this.name = name;
        this.history = history;
        this.consumer = consumer(bootstrap, settings);
        List<TopicPartition> all = partitions.stream().map(Reader::kafkas).toList();
        consumer.assign(all);
        this.thread = new Thread(() -> run(all), name);
        thread.start();
    }

    static KafkaConsumer<String, String> consumer(String bootstrap, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap);
        all.put("auto.offset.reset", "none");
        all.put("enable.auto.commit", false);
        all.put("request.timeout.ms", 3000);
        all.put("default.api.timeout.ms", 5000);
        all.put("reconnect.backoff.max.ms", 500);
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    private void run(List<TopicPartition> all) {
        try (consumer) {
            all.forEach(partition -> seek(partition, 0));
            while (!stopped) {
                poll();
            }
        }
    }

    private void poll() {
        try {
            ConsumerRecords<String, String> records = consumer.poll(POLL);
            record(name, history, consumer, records);
            for (TopicPartition partition : records.partitions()) {
                positions.put(partition, records.nextOffsets().get(partition).offset());
                asked.put(partition, history.mark());
            }
        } catch (OffsetOutOfRangeException e) {
            e.offsetOutOfRangePartitions().forEach((partition, offset) -> {
                history.add(new Denied(name, ours(partition), offset, "out of range", asked.get(partition)));
                seekToBeginning(partition);
            });
        } catch (KafkaException e) {
            // Damaged data, for instance. It goes no further, which the checker will see.
            history.add(new Note(name + " ends with " + e));
            throw e;
        }
    }

    private void seekToBeginning(TopicPartition partition) {
        while (!stopped) {
            try {
                seek(partition, consumer.beginningOffsets(List.of(partition)).get(partition));
                return;
            } catch (KafkaException e) {
                history.add(new Note(name + " cannot ask for a beginning: " + e));
            }
        }
    }

    private void seek(TopicPartition partition, long offset) {
        asked.put(partition, history.mark());
        history.add(new Positioned(name, ours(partition), offset));
        positions.put(partition, offset);
        consumer.seek(partition, offset);
    }

    /** Where it reads on in each partition. */
    Map<TopicPartition, Long> positions() {
        return positions;
    }

    /** Notes what a poll brought. */
    static void record(String name, History history, Consumer<?, ?> consumer, ConsumerRecords<String, String> records) {
        for (TopicPartition partition : records.partitions()) {
            List<Read> reads = records.records(partition).stream()
                    .map(one -> new Read(one.offset(), one.key()))
                    .toList();
            long next = records.nextOffsets().get(partition).offset();
            OptionalLong lag = consumer.currentLag(partition);
            long highWatermark = lag.isPresent() ? next + lag.getAsLong() : -1;
            history.add(new Polled(name, ours(partition), reads, next, highWatermark));
        }
    }

    static TopicPartition kafkas(Partition partition) {
        return new TopicPartition(partition.topic(), partition.number());
    }

    static Partition ours(TopicPartition partition) {
        return new Partition(partition.topic(), partition.partition());
    }

    @Override
    public void close() {
        stopped = true;
        Threads.join(thread);
    }
}
