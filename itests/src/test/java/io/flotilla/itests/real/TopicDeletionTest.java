package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Topics are deleted and made anew under the same name while clients use them and brokers come and go. Topic ids keep them
 * apart: nothing of an old one shows in a new one, and its files go in the end.
 */
final class TopicDeletionTest {
    private static ProcessCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        // Or the clients that go on using a deleted topic would make it again.
        Map<String, String> settings = Map.of("auto.create.topics.enable", "false");
        cluster = ProcessCluster.start(3, TestDirectory.empty("deletion"), settings);
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void delete(String topic) throws Exception {
        try (Admin admin = clients.admin()) {
            Clients.get(admin.deleteTopics(List.of(topic)).all());
        }
    }

    /** Names in a broker's log directory that belong to a topic, retired ones too. */
    private static List<String> directories(int broker, String topic) throws IOException {
        try (Stream<Path> entries = Files.list(cluster.data(broker))) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(topic + "-"))
                    .sorted()
                    .toList();
        }
    }

    /** Sends numbers until told to stop, each once the one before is acknowledged or given up; keeps what was acknowledged. */
    private static final class Sender implements AutoCloseable {
        private final KafkaProducer<String, String> producer =
                clients.producer(Map.of("delivery.timeout.ms", 30_000, "request.timeout.ms", 3000, "linger.ms", 0));
        private final Thread thread;
        private final List<RecordMetadata> acknowledged = new ArrayList<>();
        private final List<Integer> numbers = new ArrayList<>();
        private volatile int next;
        private volatile boolean stopped;

        Sender(String topic) {
            thread = new Thread(() -> run(topic), "sender");
            thread.start();
        }

        private void run(String topic) {
            while (!stopped) {
                int number = next;
                try {
                    RecordMetadata metadata = producer.send(
                                    new ProducerRecord<>(topic, 0, null, Integer.toString(number)))
                            .get(60, TimeUnit.SECONDS);
                    acknowledged.add(metadata);
                    numbers.add(number);
                } catch (ExecutionException | TimeoutException | KafkaException e) {
                    System.out.println(
                            "record " + number + " was given up while its topic was away: " + e.getMessage());
                } catch (InterruptedException e) {
                    return;
                }
                next = number + 1;
            }
        }

        void awaitMore(int count) {
            int target = next + count;
            Await.until("the producer goes on", () -> next >= target);
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            producer.close();
        }
    }

    @Test
    void producersAndConsumersGoOnWithTheNewTopic() throws Exception {
        String topic = "phoenix";
        clients.createTopic(topic, 1);
        Sender sender = new Sender(topic);
        int firstOfLast;
        try (sender) {
            for (int round = 0; round < 4; round++) {
                sender.awaitMore(20);
                delete(topic);
                createOnceGone(topic);
            }
            // What is sent from here on can only go to the last topic.
            firstOfLast = sender.next + 1;
            sender.awaitMore(50);
        }
        long end = sender.acknowledged.get(sender.acknowledged.size() - 1).offset() + 1;
        List<ConsumerRecord<String, String>> records = clients.consume(topic, (int) end);
        assertThat(new HashSet<>(Clients.values(records))).as("no record twice").hasSize(records.size());
        int checked = 0;
        for (int i = 0; i < sender.numbers.size(); i++) {
            if (sender.numbers.get(i) >= firstOfLast) {
                int offset = (int) sender.acknowledged.get(i).offset();
                assertThat(records.get(offset).value()).isEqualTo(Integer.toString(sender.numbers.get(i)));
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(40);
        for (int id = 1; id <= 3; id++) {
            int broker = id;
            Await.untilAsserted(() -> assertThat(directories(broker, topic)).containsExactly(topic + "-0"));
        }
    }

    private static void createOnceGone(String topic) throws Exception {
        Await.until("the topic is gone", () -> {
            try (Admin admin = clients.admin()) {
                Clients.get(admin.describeTopics(List.of(topic)).allTopicNames());
                return false;
            } catch (UnknownTopicOrPartitionException e) {
                return true;
            }
        });
        clients.createTopic(topic, 1);
    }

    @Test
    void aBrokerThatWasAwayDeletesTheOldTopicAndCopiesTheNewOne() throws Exception {
        String topic = "missed";
        clients.createTopic(topic, 1);
        clients.produce(new TopicPartition(topic, 0), Clients.numbered("old", 5));
        cluster.kill(3);
        delete(topic);
        createOnceGone(topic);
        clients.produce(new TopicPartition(topic, 0), Clients.numbered("new", 3));
        cluster.startBroker(3);
        cluster.awaitReady();
        Await.untilAsserted(() -> {
            assertThat(directories(3, topic)).containsExactly(topic + "-0");
            assertThat(Files.size(cluster.data(3).resolve(topic + "-0/00000000000000000000.log")))
                    .isEqualTo(Files.size(cluster.data(1).resolve(topic + "-0/00000000000000000000.log")));
        });
        assertThat(Clients.values(clients.consume(topic, 3))).containsExactly("new0", "new1", "new2");
    }

    @Test
    void aDeletionInterruptedByKillingTheBrokerIsFinishedAtTheNextStart() throws Exception {
        String topic = "interrupted";
        clients.createTopic(topic, 40);
        delete(topic);
        cluster.kill(2);
        cluster.startBroker(2);
        cluster.awaitReady();
        for (int id = 1; id <= 3; id++) {
            int broker = id;
            Await.untilAsserted(() -> assertThat(directories(broker, topic)).isEmpty());
        }
    }
}
