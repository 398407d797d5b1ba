package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was done through one broker is seen through every other one at once. */
@ExtendWith(SharedCluster.class)
final class LinearizableTest {
    private static final int ROUNDS = 20;

    private static Admin admin(ProcessCluster cluster, int broker) {
        return Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + cluster.port(broker)));
    }

    @Test
    void aTopicThatWasCreatedIsFoundOnEveryBroker(ProcessCluster cluster) throws Exception {
        try (Admin first = admin(cluster, 1);
                Admin second = admin(cluster, 2);
                Admin third = admin(cluster, 3)) {
            for (int round = 0; round < ROUNDS; round++) {
                String topic = "found-" + round;
                Clients.get(first.createTopics(List.of(new NewTopic(topic, 1, (short) 3)))
                        .all());
                for (Admin other : List.of(second, third)) {
                    assertThat(Clients.get(other.listTopics().names())).contains(topic);
                    assertThat(Clients.get(other.describeTopics(List.of(topic)).allTopicNames()))
                            .containsKey(topic);
                }
                Clients.get(second.deleteTopics(List.of(topic)).all());
                for (Admin other : List.of(first, third)) {
                    assertThat(Clients.get(other.listTopics().names())).doesNotContain(topic);
                }
            }
        }
    }

    @Test
    void theEndOfAPartitionIsNeverToldTooEarly(Clients clients) throws Exception {
        clients.createTopic("ends", 1);
        TopicPartition partition = new TopicPartition("ends", 0);
        try (Admin admin = clients.admin()) {
            for (int round = 1; round <= ROUNDS; round++) {
                clients.produce(partition, "value");
                assertThat(Clients.get(admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                                        .partitionResult(partition))
                                .offset())
                        .isEqualTo(round);
            }
        }
    }

    @Test
    void aLinearizableTopicIsReadFromAFollowerWithoutDelay(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("linear", 1, Map.of("follower.read", "linearizable"));
        TopicPartition partition = new TopicPartition("linear", 0);
        List<String> read = new ArrayList<>();
        List<String> written = new ArrayList<>();
        for (int rack = 1; rack <= cluster.brokers(); rack++) {
            try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of("client.rack", "rack" + rack))) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, written.size());
                for (int round = 0; round < ROUNDS; round++) {
                    String value = rack + "-" + round;
                    written.add(value);
                    clients.produce(partition, value);
                    while (read.size() < written.size()) {
                        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(10))) {
                            read.add(record.value());
                        }
                    }
                }
            }
        }
        assertThat(read).isEqualTo(written);
    }
}
