package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's Java producer: what it sends is what is stored, whatever its settings. */
@ExtendWith(SharedCluster.class)
final class ProducerTest {
    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void everyCompressionIsKeptAsItCame(String compression, Clients clients) throws Exception {
        String topic = "compression-" + compression;
        clients.createTopic(topic, 1);
        String[] values = Clients.numbered("a value that compresses well, well, well, well ", 500);
        Map<String, Object> settings = Map.of("compression.type", compression, "linger.ms", 50);
        try (KafkaProducer<String, String> producer = clients.producer(settings)) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, value));
            }
        }
        assertThat(Clients.values(clients.consume(topic, values.length))).containsExactly(values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "1", "0"})
    void everyKindOfAcknowledgementStoresTheRecords(String acks, Clients clients) throws Exception {
        String topic = "acks-" + acks;
        clients.createTopic(topic, 3);
        Map<String, Object> settings = Map.of("acks", acks, "enable.idempotence", "all".equals(acks));
        try (KafkaProducer<String, String> producer = clients.producer(settings)) {
            for (int i = 0; i < 100; i++) {
                RecordMetadata metadata = producer.send(new ProducerRecord<>(topic, i % 3, null, "value" + i))
                        .get(60, TimeUnit.SECONDS);
                assertThat(metadata.hasOffset()).isEqualTo(!"0".equals(acks));
                if (metadata.hasOffset()) {
                    assertThat(metadata.offset()).isEqualTo(i / 3);
                }
            }
        }
        assertThat(Clients.values(clients.consume(topic, 100)))
                .containsExactlyInAnyOrder(Clients.numbered("value", 100));
    }

    @Test
    void idempotentRecordsTakeOffsetsInTheOrderOfSending(Clients clients) throws Exception {
        clients.createTopic("idempotent", 1);
        Map<String, Object> settings = Map.of("enable.idempotence", true, "batch.size", 200, "linger.ms", 0);
        try (KafkaProducer<String, String> producer = clients.producer(settings)) {
            for (int i = 0; i < 2000; i++) {
                producer.send(new ProducerRecord<>("idempotent", "value" + i));
            }
        }
        List<ConsumerRecord<String, String>> records = clients.consume("idempotent", 2000);
        assertThat(Clients.values(records)).containsExactly(Clients.numbered("value", 2000));
        assertThat(records.get(0).offset()).isZero();
        assertThat(records.get(1999).offset()).isEqualTo(1999);
    }

    @Test
    void nothingOfARecordIsLost(Clients clients) throws Exception {
        clients.createTopic("whole", 1);
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            List<Header> headers = List.of(
                    new RecordHeader("trace", "abc".getBytes(StandardCharsets.UTF_8)),
                    new RecordHeader("trace", new byte[] {0, -1}),
                    new RecordHeader("empty", new byte[0]),
                    new RecordHeader("null", null));
            producer.send(new ProducerRecord<>("whole", 0, 1_700_000_000_000L, "key", "value", headers));
            producer.send(new ProducerRecord<>("whole", 0, 1_700_000_000_001L, null, "no key"));
            producer.send(new ProducerRecord<>("whole", 0, 1_700_000_000_002L, "no value", (String) null));
            producer.send(new ProducerRecord<>("whole", 0, 1_700_000_000_003L, null, (String) null));
            producer.send(new ProducerRecord<>("whole", 0, 1_700_000_000_004L, "", ""));
        }
        List<ConsumerRecord<String, String>> records = clients.consume("whole", 5);
        assertThat(records).extracting(ConsumerRecord::key).containsExactly("key", null, "no value", null, "");
        assertThat(records).extracting(ConsumerRecord::value).containsExactly("value", "no key", null, null, "");
        assertThat(records)
                .extracting(ConsumerRecord::timestamp)
                .containsExactly(
                        1_700_000_000_000L,
                        1_700_000_000_001L,
                        1_700_000_000_002L,
                        1_700_000_000_003L,
                        1_700_000_000_004L);
        assertThat(records.get(0).headers().toArray())
                .containsExactly(
                        new RecordHeader("trace", "abc".getBytes(StandardCharsets.UTF_8)),
                        new RecordHeader("trace", new byte[] {0, -1}),
                        new RecordHeader("empty", new byte[0]),
                        new RecordHeader("null", null));
        assertThat(records.get(1).headers().toArray()).isEmpty();
    }

    @Test
    void recordsOfManyMegabytesPassWhereTheTopicAllowsThem(Clients clients) throws Exception {
        clients.createTopic("big", 1, Map.of("max.message.bytes", "10000000"));
        byte[] noise = new byte[4_000_000];
        new Random(7).nextBytes(noise);
        String big = new String(noise, StandardCharsets.ISO_8859_1);
        Map<String, Object> settings = Map.of("max.request.size", 12_000_000, "buffer.memory", 64_000_000L);
        try (KafkaProducer<String, String> producer = clients.producer(settings)) {
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>("big", big)).get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(Clients.values(clients.consume("big", 3))).allMatch(big::equals);
    }

    @Test
    void aRecordOverTheTopicsLimitIsRefusedAndTheNextIsServed(Clients clients) throws Exception {
        clients.createTopic("limited", 1, Map.of("max.message.bytes", "2000"));
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("limited", "x".repeat(3000)))
                            .get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
            RecordMetadata next =
                    producer.send(new ProducerRecord<>("limited", "small")).get(60, TimeUnit.SECONDS);
            assertThat(next.offset()).isZero();
        }
    }

    @Test
    void keysChooseThePartitionAsEverywhere(Clients clients) throws Exception {
        clients.createTopic("keyed", 5);
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>("keyed", "key" + i, "value" + i));
            }
        }
        for (ConsumerRecord<String, String> record : clients.consume("keyed", 100)) {
            int hash = Utils.murmur2(record.key().getBytes(StandardCharsets.UTF_8));
            assertThat(record.partition()).isEqualTo(Utils.toPositive(hash) % 5);
        }
    }

    @Test
    void aTopicSentToForTheFirstTimeIsCreated(Clients clients) throws Exception {
        RecordMetadata metadata = clients.produce(new TopicPartition("created-by-producer", 0), "first")
                .get(0);
        assertThat(metadata.offset()).isZero();
        assertThat(Clients.values(clients.consume("created-by-producer", 1))).containsExactly("first");
    }

    @Test
    void aTopicNameNobodyMayUseIsRefused(Clients clients) {
        try (KafkaProducer<String, String> producer = clients.producer(Map.of("max.block.ms", 20_000))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("no spaces!", "value"))
                            .get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InvalidTopicException.class);
        }
    }

    @Test
    void aTransactionalProducerIsToldThatThereAreNoTransactionsYet(Clients clients) {
        try (KafkaProducer<String, String> producer = clients.producer(Map.of("transactional.id", "bank"))) {
            assertThatThrownBy(producer::initTransactions).hasMessageContaining("transactions are not supported");
        }
    }

    @Test
    void aCompactedTopicTakesNoRecordWithoutAKey(Clients clients) throws Exception {
        clients.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("compacted", "value"))
                            .get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InvalidRecordException.class);
            producer.send(new ProducerRecord<>("compacted", "key", "value")).get(60, TimeUnit.SECONDS);
        }
    }
}
