package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks without space refuse records and nothing else, and all goes on by itself once there is space again. */
class DiskFullTest {
    private static final TopicPartition PARTITION = new TopicPartition("full", 0);
    private static final int BEFORE = 50;

    /** Short of space, and so full that nothing at all can be written. */
    @ParameterizedTest
    @ValueSource(longs = {1 << 20, 0})
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void recordsAreRefusedUntilThereIsSpace(long free) throws Exception {
        try (MemoryCluster cluster = new MemoryCluster(3)) {
            cluster.start();
            Clients clients = new Clients(cluster.bootstrap());
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 3)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            }
            clients.produce(PARTITION, Clients.numbered("before", BEFORE));
            cluster.leaveFree(free);
            Await.until("records are refused", () -> !isTaken(cluster, "during"));
            assertThat(values(clients)).startsWith(Clients.numbered("before", BEFORE));

            cluster.leaveFree(1L << 30);
            Await.until("records are taken again", () -> isTaken(cluster, "after"));
            assertThat(values(clients))
                    .startsWith(Clients.numbered("before", BEFORE))
                    .contains("after");
        }
    }

    /** Who is short of space lets others lead, and goes on following. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void whoHasRoomLeadsInPlaceOfWhoHasNone() throws Exception {
        try (MemoryCluster cluster = new MemoryCluster(3)) {
            cluster.start();
            Clients clients = new Clients(cluster.bootstrap());
            clients.createTopic(PARTITION.topic(), 1);
            clients.produce(PARTITION, Clients.numbered("before", BEFORE));
            int first = leader(clients);
            cluster.leaveFree(first, 1 << 20);
            Await.until("another broker leads", () -> leader(clients) != first);
            Await.until("records are taken", () -> isTaken(cluster, "during"));
            long balancedAgain = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            while (System.nanoTime() - balancedAgain < 0) {
                assertThat(leader(clients))
                        .as("it would be preferred, if it had room")
                        .isNotEqualTo(first);
            }

            int second = leader(clients);
            cluster.leaveFree(second, 1 << 20);
            Await.until("the last broker leads", () -> leader(clients) == 6 - first - second);
            cluster.leaveFree(6 - first - second, 1 << 20);
            Await.until("records are refused", () -> !isTaken(cluster, "refused"));
            assertThat(leader(clients)).as("nobody has room").isEqualTo(6 - first - second);
            cluster.leaveFree(first, 1L << 30);
            Await.until("the preferred broker leads, as it has room", () -> leader(clients) == first);
        }
    }

    private static int leader(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            Node leader = Clients.get(
                            admin.describeTopics(List.of(PARTITION.topic())).allTopicNames())
                    .get(PARTITION.topic())
                    .partitions()
                    .get(0)
                    .leader();
            return leader == null ? -1 : leader.id();
        }
    }

    /** All there is: what was refused may have been taken all the same. */
    private static List<String> values(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            long end = Clients.get(admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
                            .all())
                    .get(PARTITION)
                    .offset();
            return Clients.values(clients.consume(PARTITION.topic(), (int) end));
        }
    }

    private static boolean isTaken(MemoryCluster cluster, String value) throws InterruptedException {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", cluster.bootstrap());
        properties.put("request.timeout.ms", "1000");
        properties.put("delivery.timeout.ms", "1500");
        properties.put("key.serializer", StringSerializer.class.getName());
        properties.put("value.serializer", StringSerializer.class.getName());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), 0, null, value))
                    .get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(RetriableException.class);
            return false;
        }
    }
}
