package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's Java consumer without a group: positions, look-ups by time and limits, and reading from a follower. */
@ExtendWith(SharedCluster.class)
final class ConsumerTest {
    private static final Duration POLL = Duration.ofMillis(200);

    @Test
    void readsFromWhereItIsTold(Clients clients) throws Exception {
        clients.createTopic("seek", 1);
        TopicPartition partition = new TopicPartition("seek", 0);
        clients.produce(partition, Clients.numbered("value", 10));
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 7);
            assertThat(Clients.values(Clients.poll(consumer, 3))).containsExactly("value7", "value8", "value9");
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.position(partition)).isZero();
            assertThat(Clients.poll(consumer, 10)).hasSize(10);
            consumer.seekToEnd(List.of(partition));
            assertThat(consumer.position(partition)).isEqualTo(10);
            clients.produce(partition, "late");
            assertThat(Clients.values(Clients.poll(consumer, 1))).containsExactly("late");
        }
    }

    @Test
    void offsetsAreFoundByTime(Clients clients) throws Exception {
        clients.createTopic("by-time", 2, Map.of("segment.bytes", "16384", "index.interval.bytes", "256"));
        TopicPartition partition = new TopicPartition("by-time", 0);
        TopicPartition empty = new TopicPartition("by-time", 1);
        long start = 1_600_000_000_000L;
        try (KafkaProducer<String, String> producer = clients.producer(Map.of("batch.size", 1000))) {
            for (int i = 0; i < 1000; i++) {
                producer.send(new ProducerRecord<>("by-time", 0, start + i * 10L, null, "v".repeat(100)));
            }
        }
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            for (int i : new int[] {0, 1, 499, 998, 999}) {
                Map<TopicPartition, OffsetAndTimestamp> found =
                        consumer.offsetsForTimes(Map.of(partition, start + i * 10L - 5, empty, start));
                assertThat(found.get(partition).offset()).isEqualTo(i);
                assertThat(found.get(partition).timestamp()).isEqualTo(start + i * 10L);
                assertThat(found.get(empty)).isNull();
            }
            assertThat(consumer.offsetsForTimes(Map.of(partition, start + 100_000))
                            .get(partition))
                    .isNull();
            assertThat(consumer.beginningOffsets(List.of(partition, empty)))
                    .containsOnly(Map.entry(partition, 0L), Map.entry(empty, 0L));
            assertThat(consumer.endOffsets(List.of(partition, empty)))
                    .containsOnly(Map.entry(partition, 1000L), Map.entry(empty, 0L));
        }
    }

    @Test
    void withoutAPositionItStartsWhereTheSettingSays(Clients clients) throws Exception {
        clients.createTopic("reset", 1);
        TopicPartition partition = new TopicPartition("reset", 0);
        clients.produce(partition, "a", "b");
        try (KafkaConsumer<String, String> earliest = clients.consumer(Map.of("auto.offset.reset", "earliest"));
                KafkaConsumer<String, String> latest = clients.consumer(Map.of("auto.offset.reset", "latest"));
                KafkaConsumer<String, String> none = clients.consumer(Map.of("auto.offset.reset", "none"))) {
            earliest.assign(List.of(partition));
            assertThat(Clients.values(Clients.poll(earliest, 2))).containsExactly("a", "b");
            latest.assign(List.of(partition));
            assertThat(latest.position(partition)).isEqualTo(2);
            none.assign(List.of(partition));
            assertThatThrownBy(() -> none.position(partition)).isInstanceOf(NoOffsetForPartitionException.class);
            none.seek(partition, 100);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            none.poll(POLL);
                        }
                    })
                    .isInstanceOf(OffsetOutOfRangeException.class);
            latest.seek(partition, 100);
            Await.until("the position is reset to the end", () -> {
                latest.poll(POLL);
                return latest.position(partition) == 2;
            });
        }
    }

    @Test
    void limitsBelowARecordsSizeDoNotStopIt(Clients clients) throws Exception {
        clients.createTopic("small-fetches", 3);
        String value = "x".repeat(50_000);
        for (int partition = 0; partition < 3; partition++) {
            clients.produce(new TopicPartition("small-fetches", partition), value, value, value);
        }
        Map<String, Object> settings =
                Map.of("max.partition.fetch.bytes", 1000, "fetch.max.bytes", 2000, "max.poll.records", 1);
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.assign(partitions("small-fetches", 3));
            assertThat(Clients.poll(consumer, 9))
                    .allMatch(record -> record.value().equals(value));
        }
    }

    @Test
    void aWaitingFetchIsAnsweredWhenARecordComes(Clients clients) throws Exception {
        clients.createTopic("waiting", 20);
        Map<String, Object> settings = Map.of("fetch.max.wait.ms", 5000, "isolation.level", "read_committed");
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.assign(partitions("waiting", 20));
            consumer.poll(POLL);
            for (int i = 0; i < 20; i++) {
                clients.produce(new TopicPartition("waiting", i), "value" + i);
                ConsumerRecord<String, String> record =
                        Clients.poll(consumer, 1).get(0);
                assertThat(record.value()).isEqualTo("value" + i);
            }
        }
    }

    @Test
    void manyPartitionsAreReadThroughOneSession(Clients clients) throws Exception {
        clients.createTopic("session", 30);
        List<String> sent = new ArrayList<>();
        try (KafkaProducer<String, String> producer = clients.producer(Map.of());
                KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            consumer.assign(partitions("session", 30));
            for (int round = 0; round < 10; round++) {
                for (int i = 0; i < 100; i++) {
                    String value = round + "-" + i;
                    sent.add(value);
                    producer.send(new ProducerRecord<>("session", (i * 7 + round) % 30, null, value));
                }
                producer.flush();
                List<ConsumerRecord<String, String>> records = Clients.poll(consumer, 100);
                assertThat(Clients.values(records)).containsExactlyInAnyOrderElementsOf(sent);
                sent.clear();
            }
        }
    }

    @Test
    void everyReplicaServesCommittedRecords(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("followers", 1);
        TopicPartition partition = new TopicPartition("followers", 0);
        clients.produce(partition, "a", "b", "c");
        try (var admin = clients.admin()) {
            Uuid topicId = Clients.get(
                            admin.describeTopics(List.of("followers")).allTopicNames())
                    .get("followers")
                    .topicId();
            for (int id = 1; id <= cluster.brokers(); id++) {
                int port = cluster.port(id);
                Await.untilAsserted(
                        () -> assertThat(fetch(port, topicId, partition)).containsExactly("a", "b", "c"));
            }
        }
    }

    private static List<String> fetch(int port, Uuid topicId, TopicPartition partition) throws Exception {
        short version = ApiKeys.FETCH.latestVersion();
        FetchRequest request = FetchRequest.Builder.forConsumer(
                        version,
                        1000,
                        1,
                        Map.of(partition, new FetchRequest.PartitionData(topicId, 0, -1, 1_000_000, Optional.empty())))
                .build(version);
        try (RawConnection connection = new RawConnection(port)) {
            FetchResponse response = connection.call(request, FetchResponse.class);
            var data = response.responseData(Map.of(topicId, partition.topic()), version)
                    .get(partition);
            assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NONE);
            List<String> values = new ArrayList<>();
            for (Record record : FetchResponse.recordsOrFail(data).records()) {
                values.add(Utils.utf8(record.value()));
            }
            return values;
        }
    }

    @Test
    void topicsAndTheirReplicasAreListed(Clients clients) throws Exception {
        clients.createTopic("listed", 4);
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of())) {
            Await.until("the topic is listed", () -> consumer.listTopics().containsKey("listed"));
            Await.until("all have leaders", () -> consumer.partitionsFor("listed").stream()
                    .allMatch(partition -> partition.leader() != null));
            List<PartitionInfo> partitions = consumer.partitionsFor("listed");
            assertThat(partitions).hasSize(4).allMatch(partition -> partition.replicas().length == 3);
            assertThat(partitions.stream()
                            .map(partition -> partition.leader().id())
                            .distinct())
                    .as("leaders are spread")
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void aTopicNobodyHasIsNotCreatedWhereTheConsumerForbidsIt(Clients clients) throws Exception {
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of("allow.auto.create.topics", false))) {
            consumer.assign(List.of(new TopicPartition("never-created", 0)));
            assertThat(consumer.poll(Duration.ofSeconds(1))).isEmpty();
            assertThat(consumer.listTopics()).doesNotContainKey("never-created");
        }
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            partitions.add(new TopicPartition(topic, i));
        }
        return partitions;
    }
}
