package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Many partitions and many connections at once, on three brokers with 512 MB of heap each. */
final class ManyTest {
    private static final String TOPIC = "many";
    private static final int PARTITIONS = 300;
    private static final int PRODUCERS = 40;
    private static final int CONSUMERS = 30;
    private static final int CONNECTIONS = 200;

    /** So many producers write to each partition. */
    private static final int WRITERS = 10;

    @Test
    void threeHundredPartitionsServeTwoHundredConnections() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(3, TestDirectory.empty("many"), Map.of())) {
            Clients clients = new Clients(cluster.bootstrap());
            long begin = System.nanoTime();
            clients.createTopic(TOPIC, PARTITIONS);
            awaitLeaders(clients);
            long created = System.nanoTime();
            ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS + CONSUMERS);
            try {
                List<Future<Set<String>>> read = new ArrayList<>();
                for (int i = 0; i < CONSUMERS; i++) {
                    int consumer = i;
                    read.add(threads.submit(() -> consume(clients, consumer)));
                }
                long open;
                List<KafkaProducer<String, String>> producers = new ArrayList<>();
                try {
                    List<Future<?>> written = new ArrayList<>();
                    for (int i = 0; i < PRODUCERS; i++) {
                        int number = i;
                        KafkaProducer<String, String> producer = clients.producer(Map.of("linger.ms", 20));
                        producers.add(producer);
                        written.add(threads.submit(() -> produce(producer, number)));
                    }
                    for (Future<?> one : written) {
                        one.get(120, TimeUnit.SECONDS);
                    }
                    open = connections(cluster);
                    assertThat(open).isGreaterThanOrEqualTo(CONNECTIONS);
                } finally {
                    producers.forEach(KafkaProducer::close);
                }
                Set<String> all = new HashSet<>();
                for (Future<Set<String>> one : read) {
                    all.addAll(one.get(120, TimeUnit.SECONDS));
                }
                assertThat(all).hasSize(WRITERS * PARTITIONS);
                System.out.printf(
                        "%d partitions got leaders in %d ms; %d records over %d connections in %d ms more; heap %s MB%n",
                        PARTITIONS,
                        Duration.ofNanos(created - begin).toMillis(),
                        all.size(),
                        open,
                        Duration.ofNanos(System.nanoTime() - created).toMillis(),
                        heapMegabytes(cluster));
            } finally {
                threads.shutdownNow();
            }
            cluster.assertNoLeaksAndNoErrors();
        }
    }

    private static void awaitLeaders(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            Await.until(
                    "all partitions have leaders",
                    () ->
                            Clients.get(admin.describeTopics(List.of(TOPIC)).allTopicNames())
                                    .get(TOPIC)
                                    .partitions()
                                    .stream()
                                    .allMatch(partition -> partition.leader() != null));
        }
    }

    /** Sends one record to each partition of its share, which lie on all brokers. */
    private static void produce(KafkaProducer<String, String> producer, int number) {
        List<Future<?>> sent = new ArrayList<>();
        int step = PRODUCERS / WRITERS;
        for (int partition = number % step; partition < PARTITIONS; partition += step) {
            sent.add(producer.send(new ProducerRecord<>(TOPIC, partition, null, number + "-" + partition)));
        }
        producer.flush();
        assertThat(sent).allSatisfy(record -> assertThat(record.get()).isNotNull());
    }

    /** Reads everything from its share of the partitions. */
    private static Set<String> consume(Clients clients, int number) {
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of("fetch.min.bytes", 10_000))) {
            List<TopicPartition> share = new ArrayList<>();
            int size = PARTITIONS / CONSUMERS;
            for (int i = 0; i < size; i++) {
                share.add(new TopicPartition(TOPIC, number * size + i));
            }
            consumer.assign(share);
            Set<String> values = new HashSet<>();
            Clients.poll(consumer, size * WRITERS).forEach(record -> values.add(record.value()));
            return values;
        }
    }

    private static long connections(ProcessCluster cluster) {
        return cluster.metric("flotilla_connections").stream()
                .mapToLong(Double::longValue)
                .sum();
    }

    private static List<Long> heapMegabytes(ProcessCluster cluster) {
        return cluster.metric("jvm_heap_used_bytes").stream()
                .map(bytes -> bytes.longValue() >> 20)
                .toList();
    }
}
