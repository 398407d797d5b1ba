package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Java consumers that say in which rack they are (KIP-392), with three brokers in a rack each, whose leaders hold leases. */
final class NearestReplicaTest {
    private static final int RECORDS = 2_000;
    private static final String VALUE = "x".repeat(5_000);
    private static final long BYTES = (long) RECORDS * VALUE.length();

    private static ProcessCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(3, TestDirectory.empty("nearest"), Map.of("raft.lease.ms", "300"));
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    private static int leader(String topic) throws Exception {
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic)
                    .partitions()
                    .get(0)
                    .leader()
                    .id();
        }
    }

    private static KafkaConsumer<String, String> consumerInRackOf(int broker, TopicPartition partition) {
        KafkaConsumer<String, String> consumer = clients.consumer(Map.of("client.rack", "rack" + broker));
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        return consumer;
    }

    private static double fetched(int broker) {
        return cluster.metric("flotilla_response_bytes_total{api=\"Fetch\"}").get(broker - 1);
    }

    private static double replicated(int broker) {
        return cluster.metric("flotilla_peer_sent_bytes_total").get(broker - 1);
    }

    /** Writes as much as {@link #BYTES} while the consumer reads it. */
    private static void produceAndConsume(TopicPartition partition, KafkaConsumer<String, String> consumer) {
        try (KafkaProducer<String, String> producer = clients.producer(Map.of("compression.type", "none"))) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(partition.topic(), 0, null, VALUE));
            }
            assertThat(Clients.poll(consumer, RECORDS))
                    .extracting(ConsumerRecord::value)
                    .containsOnly(VALUE);
        }
    }

    @Test
    void theLeaderSendsNothingButReplicationWhenConsumersAreInAnotherRack() throws Exception {
        clients.createTopic("measured", 1);
        TopicPartition partition = new TopicPartition("measured", 0);
        int leader = leader("measured");
        int follower = leader % 3 + 1;
        for (int rack : new int[] {leader, follower}) {
            try (KafkaConsumer<String, String> consumer = consumerInRackOf(rack, partition)) {
                consumer.seek(partition, rack == leader ? 0 : RECORDS);
                double fetchedBefore = fetched(leader);
                double replicatedBefore = replicated(leader);
                double nearBefore = fetched(follower);
                produceAndConsume(partition, consumer);
                double share = (fetched(leader) - fetchedBefore) / BYTES;
                System.out.printf(
                        "%.1f MB written, consumer in the rack of the %s: leader sent %.3f MB to consumers and %.1f MB to"
                                + " replicas, follower %.3f MB to consumers%n",
                        BYTES / 1e6,
                        rack == leader ? "leader" : "follower",
                        (fetched(leader) - fetchedBefore) / 1e6,
                        (replicated(leader) - replicatedBefore) / 1e6,
                        (fetched(follower) - nearBefore) / 1e6);
                assertThat(leader("measured")).as("still leads").isEqualTo(leader);
                assertThat(share).isBetween(rack == leader ? 1.0 : 0.0, rack == leader ? 1.1 : 0.01);
            }
        }
    }

    @Test
    void aConsumerGoesBackToTheLeaderWhenItsReplicaDies() throws Exception {
        clients.createTopic("mortal", 1);
        TopicPartition partition = new TopicPartition("mortal", 0);
        int leader = leader("mortal");
        int follower = leader % 3 + 1;
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumerInRackOf(follower, partition)) {
            clients.produce(partition, Clients.numbered("before", 10));
            read.addAll(Clients.values(Clients.poll(consumer, 10)));
            cluster.kill(follower);
            clients.produce(partition, Clients.numbered("without", 10));
            read.addAll(Clients.values(Clients.poll(consumer, 10)));

            cluster.startBroker(follower);
            cluster.awaitReady();
            double near = fetched(follower);
            Await.until("the consumer reads nearby again", () -> {
                consumer.poll(Duration.ofMillis(100));
                return fetched(follower) > near;
            });
            clients.produce(partition, Clients.numbered("again", 10));
            read.addAll(Clients.values(Clients.poll(consumer, 10)));
        }
        List<String> written = new ArrayList<>(List.of(Clients.numbered("before", 10)));
        written.addAll(List.of(Clients.numbered("without", 10)));
        written.addAll(List.of(Clients.numbered("again", 10)));
        assertThat(read).isEqualTo(written);
        cluster.assertNoLeaksAndNoErrors();
    }
}
