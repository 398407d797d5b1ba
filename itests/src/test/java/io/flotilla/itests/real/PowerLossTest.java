package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Power goes on all brokers at once, again and again: what was acknowledged is there afterwards, once and in order. */
class PowerLossTest {
    private static final String TOPIC = "power";
    private static final int PARTITIONS = 6;
    private static final int ROUNDS = 4;
    private static final int RECORDS_PER_ROUND = 3000;
    private static final int MAX_ON_THE_WAY = 200;

    private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
    private final Random random = new Random(7);
    private long next;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLost() throws Exception {
        try (MemoryCluster cluster = new MemoryCluster(3)) {
            cluster.start();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            }
            for (int round = 0; round < ROUNDS; round++) {
                produceUntilDark(cluster);
                cluster.start();
                checkRecords(cluster);
            }
            assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 500);
        }
    }

    /** Produces, and takes the power at a moment when some records are acknowledged and others are on their way. */
    private void produceUntilDark(MemoryCluster cluster) {
        Properties properties = properties(cluster);
        properties.put("acks", "all");
        properties.put("linger.ms", "1");
        properties.put("batch.size", "2000");
        properties.put("request.timeout.ms", "1000");
        properties.put("delivery.timeout.ms", "2000");
        properties.put("key.serializer", LongSerializer.class.getName());
        properties.put("value.serializer", LongSerializer.class.getName());
        int darkAfter = acknowledged.size() + 500 + random.nextInt(RECORDS_PER_ROUND);
        Semaphore onTheWay = new Semaphore(MAX_ON_THE_WAY);
        try (KafkaProducer<Long, Long> producer = new KafkaProducer<>(properties)) {
            while (acknowledged.size() < darkAfter) {
                onTheWay.acquireUninterruptibly();
                long id = next++;
                producer.send(new ProducerRecord<>(TOPIC, (int) (id % PARTITIONS), id, id), (metadata, failure) -> {
                    onTheWay.release();
                    if (failure == null) {
                        acknowledged.add(id);
                    }
                });
            }
            cluster.losePower(random);
        }
    }

    private void checkRecords(MemoryCluster cluster) {
        Properties properties = properties(cluster);
        properties.put("auto.offset.reset", "earliest");
        properties.put("key.deserializer", LongDeserializer.class.getName());
        properties.put("value.deserializer", LongDeserializer.class.getName());
        Set<Long> found = new ConcurrentSkipListSet<>();
        long[] last = IntStream.range(0, PARTITIONS).mapToLong(partition -> -1).toArray();
        try (KafkaConsumer<Long, Long> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<Long, Long> record : consumer.poll(Duration.ofMillis(200))) {
                    assertThat(record.key())
                            .as("once and in order in partition %d", record.partition())
                            .isGreaterThan(last[record.partition()]);
                    last[record.partition()] = record.key();
                    found.add(record.key());
                }
            }
        }
        assertThat(found).containsAll(acknowledged);
    }

    private static Properties properties(MemoryCluster cluster) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", cluster.bootstrap());
        return properties;
    }
}
