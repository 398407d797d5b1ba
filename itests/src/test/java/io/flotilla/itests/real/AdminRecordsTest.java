package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's admin client on what partitions hold: offsets, deletion of old records, producers. */
@ExtendWith(SharedCluster.class)
final class AdminRecordsTest {
    @Test
    void offsetsAreListedByEverySpec(Clients clients) throws Exception {
        clients.createTopic("specs", 1);
        TopicPartition partition = new TopicPartition("specs", 0);
        long start = 1_650_000_000_000L;
        long[] times = {start, start + 500, start + 200};
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            for (long time : times) {
                producer.send(new ProducerRecord<>("specs", 0, time, null, "value"))
                        .get(60, TimeUnit.SECONDS);
            }
        }
        try (Admin admin = clients.admin()) {
            assertThat(offset(admin, partition, OffsetSpec.earliest()).offset()).isZero();
            assertThat(offset(admin, partition, OffsetSpec.earliestLocal()).offset())
                    .isZero();
            assertThat(offset(admin, partition, OffsetSpec.latest()))
                    .returns(3L, ListOffsetsResultInfo::offset)
                    .returns(1, info -> info.leaderEpoch().orElse(-1));
            assertThat(offset(admin, partition, OffsetSpec.maxTimestamp()))
                    .returns(1L, ListOffsetsResultInfo::offset)
                    .returns(start + 500, ListOffsetsResultInfo::timestamp);
            assertThat(offset(admin, partition, OffsetSpec.forTimestamp(start + 100)))
                    .returns(1L, ListOffsetsResultInfo::offset)
                    .returns(start + 500, ListOffsetsResultInfo::timestamp);
            assertThat(offset(admin, partition, OffsetSpec.forTimestamp(start + 501))
                            .offset())
                    .isEqualTo(-1);
        }
    }

    @Test
    void recordsBelowAnOffsetAreDeleted(Clients clients) throws Exception {
        clients.createTopic("delete-records", 1);
        TopicPartition partition = new TopicPartition("delete-records", 0);
        clients.produce(partition, Clients.numbered("value", 10));
        try (Admin admin = clients.admin()) {
            assertThat(Clients.get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(6)))
                                    .lowWatermarks()
                                    .get(partition))
                            .lowWatermark())
                    .isEqualTo(6);
            assertThat(offset(admin, partition, OffsetSpec.earliest()).offset()).isEqualTo(6);
            assertThat(Clients.values(clients.consume("delete-records", 4)))
                    .containsExactly("value6", "value7", "value8", "value9");
            assertThatThrownBy(
                            () -> Clients.get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(11)))
                                    .all()))
                    .isInstanceOf(OffsetOutOfRangeException.class);
            // -1: all that there is.
            Clients.get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                    .all());
            assertThat(offset(admin, partition, OffsetSpec.earliest()).offset()).isEqualTo(10);
            assertThat(clients.produce(partition, "next").get(0).offset()).isEqualTo(10);
            assertThat(Clients.values(clients.consume("delete-records", 1))).containsExactly("next");
        }
    }

    @Test
    void producersAreDescribed(Clients clients) throws Exception {
        clients.createTopic("producers", 1);
        TopicPartition partition = new TopicPartition("producers", 0);
        clients.produce(partition, "a");
        clients.produce(partition, "b", "c");
        try (Admin admin = clients.admin()) {
            List<ProducerState> producers = Clients.get(
                            admin.describeProducers(List.of(partition)).partitionResult(partition))
                    .activeProducers();
            assertThat(producers).hasSize(2);
            assertThat(producers.stream().map(ProducerState::producerId)).doesNotHaveDuplicates();
            assertThat(producers).allSatisfy(producer -> {
                assertThat(producer.producerEpoch()).isZero();
                assertThat(producer.lastTimestamp()).isPositive();
            });
            assertThat(producers).extracting(ProducerState::lastSequence).containsExactlyInAnyOrder(0, 1);
        }
    }

    private static ListOffsetsResultInfo offset(Admin admin, TopicPartition partition, OffsetSpec spec)
            throws Exception {
        return Clients.get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition));
    }
}
