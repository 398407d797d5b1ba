package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.inspect.Dump;
import io.flotilla.log.inspect.Fact;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a topic's settings make of records, as Kafka's clients see it. */
@ExtendWith(SharedCluster.class)
final class TopicSettingsTest {
    private static final long OLD = 1_000_000_000_000L;

    private static RecordMetadata send(KafkaProducer<String, String> producer, String topic, long time)
            throws Exception {
        return producer.send(new ProducerRecord<>(topic, 0, time, "key", "value"))
                .get(60, TimeUnit.SECONDS);
    }

    private static ListOffsetsResultInfo offset(Admin admin, String topic, OffsetSpec spec) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        return Clients.get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition));
    }

    private static void set(Admin admin, String topic, String name, String value) throws Exception {
        var op = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Clients.get(admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all());
    }

    @Test
    void logAppendTimeIsTheBrokers(Clients clients) throws Exception {
        clients.createTopic("append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        long before = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = clients.producer(Map.of("compression.type", "lz4"));
                Admin admin = clients.admin()) {
            RecordMetadata first = send(producer, "append-time", OLD);
            Await.until("the clock has moved", () -> System.currentTimeMillis() > first.timestamp());
            RecordMetadata second = send(producer, "append-time", OLD);
            assertThat(first.timestamp()).isBetween(before, System.currentTimeMillis());
            assertThat(second.timestamp()).isGreaterThan(first.timestamp());
            List<ConsumerRecord<String, String>> records = clients.consume("append-time", 2);
            assertThat(records).extracting(ConsumerRecord::timestampType).containsOnly(TimestampType.LOG_APPEND_TIME);
            assertThat(records)
                    .extracting(ConsumerRecord::timestamp)
                    .containsExactly(first.timestamp(), second.timestamp());
            assertThat(offset(admin, "append-time", OffsetSpec.forTimestamp(first.timestamp() + 1)))
                    .returns(1L, ListOffsetsResultInfo::offset)
                    .returns(second.timestamp(), ListOffsetsResultInfo::timestamp);
            assertThat(offset(admin, "append-time", OffsetSpec.maxTimestamp()).offset())
                    .isEqualTo(1);
        }
    }

    @Test
    void aTopicsTimestampTypeChangesWhileItRuns(Clients clients) throws Exception {
        clients.createTopic("changing-time", 1);
        try (KafkaProducer<String, String> producer = clients.producer(Map.of());
                Admin admin = clients.admin()) {
            assertThat(send(producer, "changing-time", OLD).timestamp()).isEqualTo(OLD);
            set(admin, "changing-time", "message.timestamp.type", "LogAppendTime");
            Await.until(
                    "the broker's time counts",
                    () -> send(producer, "changing-time", OLD).timestamp() > OLD);
        }
    }

    @Test
    void onlyRecordsWithABadTimeAreToBlame(Clients clients) throws Exception {
        clients.createTopic("bounded-time", 1, Map.of("message.timestamp.before.max.ms", "60000"));
        long now = System.currentTimeMillis();
        for (String compression : List.of("none", "zstd")) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            Map<String, Object> settings = Map.of("linger.ms", 5000, "compression.type", compression);
            try (KafkaProducer<String, String> producer = clients.producer(settings)) {
                for (long time : new long[] {now, OLD, now + 7_200_000}) {
                    sent.add(producer.send(new ProducerRecord<>("bounded-time", 0, time, "key", "value")));
                }
                producer.flush();
            }
            assertThatThrownBy(() -> sent.get(0).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("part of a batch");
            for (Future<RecordMetadata> bad : sent.subList(1, 3)) {
                assertThatThrownBy(bad::get)
                        .hasCauseInstanceOf(InvalidRecordException.class)
                        .hasMessageContaining("timestamp");
            }
        }
    }

    @Test
    void theLeaderCompressesAsTheTopicSays(ProcessCluster cluster, Clients clients) throws Exception {
        for (String wanted : List.of("gzip", "snappy", "lz4", "zstd", "uncompressed")) {
            String topic = "compressed-" + wanted;
            clients.createTopic(topic, 1, Map.of("compression.type", wanted));
            try (KafkaProducer<String, String> producer = clients.producer(Map.of("compression.type", "gzip"))) {
                send(producer, topic, OLD);
            }
            clients.produce(new TopicPartition(topic, 0), "value");
            assertThat(Clients.values(clients.consume(topic, 2))).containsExactly("value", "value");
            Path directory = cluster.data(1).resolve(topic + "-0");
            Await.untilAsserted(() -> {
                List<Object> found = new ArrayList<>();
                new Dump(new JdkFileSystem(), false, fact -> noteCompression(fact, found)).directory(directory);
                assertThat(found).hasSize(2).containsOnly(wanted.equals("uncompressed") ? "none" : wanted);
            });
        }
    }

    private static void noteCompression(Fact fact, List<Object> found) {
        if (fact.kind().equals("batch")) {
            found.add(fact.fields().get("compression"));
        }
    }
}
