package io.flotilla.broker.cli.client;

import static org.apache.kafka.clients.consumer.internals.ConsumerProtocol.deserializeAssignment;
import static org.apache.kafka.clients.consumer.internals.ConsumerProtocol.deserializeSubscription;
import static org.apache.kafka.clients.consumer.internals.ConsumerProtocol.serializeAssignment;
import static org.apache.kafka.clients.consumer.internals.ConsumerProtocol.serializeSubscription;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The pieces that must agree with Kafka's own clients to the byte, held against these. */
class KafkaInteropTest {
    @RepeatedTest(20)
    void keysGoToThePartitionsThatKafkasProducerChooses(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        byte[] key = new byte[repetition.getCurrentRepetition() - 1];
        random.nextBytes(key);

        assertThat(Partitioner.murmur2(key)).isEqualTo(Utils.murmur2(key));
        assertThat(new Partitioner(7, 0).partition(key)).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % 7);
    }

    @RepeatedTest(50)
    void rangesAreThoseThatKafkasAssignorGives(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Map<String, Integer> partitions = new HashMap<>();
        for (String topic : List.of("a", "b", "c")) {
            partitions.put(topic, random.nextInt(8));
        }
        SortedMap<String, List<String>> subscriptions = new TreeMap<>();
        for (int member = 0; member < 1 + random.nextInt(5); member++) {
            List<String> topics = new ArrayList<>();
            partitions.keySet().stream().filter(topic -> random.nextBoolean()).forEach(topics::add);
            subscriptions.put("member-" + member, topics);
        }

        assertThat(RangeAssignor.assign(subscriptions, partitions::get)).isEqualTo(kafkas(subscriptions, partitions));
    }

    private static SortedMap<String, SortedMap<String, List<Integer>>> kafkas(
            SortedMap<String, List<String>> subscriptions, Map<String, Integer> partitions) {
        Map<String, Integer> known = new HashMap<>(partitions);
        known.values().removeIf(count -> count == 0);
        Map<String, Subscription> members = new HashMap<>();
        subscriptions.forEach((member, topics) -> members.put(member, new Subscription(topics)));
        SortedMap<String, SortedMap<String, List<Integer>>> assignments = new TreeMap<>();
        new org.apache.kafka.clients.consumer.RangeAssignor()
                .assign(known, members)
                .forEach((member, assigned) -> {
                    SortedMap<String, List<Integer>> byTopic = new TreeMap<>();
                    for (TopicPartition partition : assigned) {
                        byTopic.computeIfAbsent(partition.topic(), topic -> new ArrayList<>())
                                .add(partition.partition());
                    }
                    assignments.put(member, byTopic);
                });
        return assignments;
    }

    @Test
    void kafkasConsumersReadOurSubscriptionsAndAssignments() {
        ByteBuffer subscription = ByteBuffer.wrap(ConsumerProtocol.subscription(List.of("a", "b")));
        ByteBuffer assignment = ByteBuffer.wrap(ConsumerProtocol.assignment(new TreeMap<>(Map.of("a", List.of(0, 2)))));

        assertThat(deserializeSubscription(subscription).topics()).containsExactly("a", "b");
        assertThat(deserializeAssignment(assignment).partitions())
                .containsExactly(new TopicPartition("a", 0), new TopicPartition("a", 2));
    }

    @Test
    void weReadThoseOfKafkasConsumersInEveryVersion() {
        for (short version = 0; version <= 3; version++) {
            Subscription subscription = new Subscription(List.of("a"), null, List.of(new TopicPartition("a", 1)));
            Assignment assignment = new Assignment(List.of(new TopicPartition("a", 1), new TopicPartition("b", 0)));

            assertThat(ConsumerProtocol.subscribedTopics(bytes(serializeSubscription(subscription, version))))
                    .containsExactly("a");
            assertThat(ConsumerProtocol.assignment(bytes(serializeAssignment(assignment, version))))
                    .isEqualTo(Map.of("a", List.of(1), "b", List.of(0)));
        }
        assertThat(ConsumerProtocol.assignment(new byte[0])).isEmpty();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
