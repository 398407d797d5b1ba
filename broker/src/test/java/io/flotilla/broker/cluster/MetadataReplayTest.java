package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.wire.message.ClusterTopicRemovalRecord;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.record.Record;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataReplayTest {
    private static final List<String> KEYS = List.of("retention.ms", "segment.ms", "retention.bytes");

    @Test
    void replayFromTheStartGivesWhatTheControllerHasSeen() {
        for (int seed = 0; seed < 30; seed++) {
            Controllers controller = randomHistory(new SplittableRandom(seed), 120);
            MetadataState replayed = new MetadataState();
            controller.log.forEach(replayed::replay);
            assertSame(replayed.image(), controller.image());
            assertCountsAreOf(replayed);
        }
    }

    @Test
    void anImageOfEveryMomentStaysWhatItWas() {
        Controllers controller = randomHistory(new SplittableRandom(99), 60);
        List<MetadataImage> images = new ArrayList<>();
        MetadataState state = new MetadataState();
        for (Record record : controller.log) {
            state.replay(record);
            images.add(state.image());
        }
        for (int end = 0; end < controller.log.size(); end++) {
            MetadataState again = new MetadataState();
            controller.log.subList(0, end + 1).forEach(again::replay);
            assertSame(images.get(end), again.image());
        }
    }

    @Test
    void whatDidNotChangeIsShared() {
        Controllers controller = Controllers.withBrokers(1);
        create(controller, "a");
        create(controller, "b");
        MetadataImage before = controller.image();
        changeConfig(controller, "b", "retention.ms", "5");
        assertThat(controller.image().topic("a")).isSameAs(before.topic("a"));
        assertThat(controller.image().topic("b")).isNotSameAs(before.topic("b"));
        assertThat(before.topic("b").configs()).isEmpty();
    }

    @Test
    void theFirstImageIsEmpty() {
        assertThat(MetadataImage.EMPTY.offset()).isEqualTo(-1);
        assertThat(MetadataImage.EMPTY.clusterId()).isNull();
        assertThat(MetadataImage.EMPTY.topics()).isEmpty();
        assertThat(MetadataImage.EMPTY.brokers()).isEmpty();
        assertThat(MetadataImage.EMPTY.brokerConfigs(1)).isEmpty();
    }

    @Test
    void aRecordOfTheFutureStopsTheReplay() {
        MetadataState state = new MetadataState();
        assertThatThrownBy(() -> state.replay(record(new byte[] {0, 99}, new byte[] {0, 0})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("type 99");
        assertThatThrownBy(() -> state.replay(record(new byte[] {0, 3}, new byte[] {0, 9})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 9");
    }

    @Test
    void aRecordThatCannotFollowStopsTheReplay() {
        MetadataState state = new MetadataState();
        MachineRecord removal = RecordType.encode(new ClusterTopicRemovalRecord(new UUID(5, 5)));
        assertThatThrownBy(() -> state.replay(record(removal.key(), removal.value())))
                .isInstanceOf(IllegalStateException.class);
    }

    private static Record record(byte[] key, byte[] value) {
        return new Record(0, 0, Unpooled.wrappedBuffer(key), Unpooled.wrappedBuffer(value), List.of());
    }

    /** Random commands; many are refused, which is part of the point. */
    private static Controllers randomHistory(SplittableRandom random, int commands) {
        Controllers controller = Controllers.withBrokers(3);
        for (int i = 0; i < commands; i++) {
            String topic = "topic-" + random.nextInt(12);
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> create(controller, topic);
                case 3 ->
                    controller.run(machine -> machine.deleteTopics(DeleteTopicsRequest.builder()
                            .topicNames(List.of(topic))
                            .build()));
                case 4 ->
                    controller.run(machine -> machine.createPartitions(CreatePartitionsRequest.builder()
                            .topics(List.of(new CreatePartitionsRequest.Topic(topic, 1 + random.nextInt(9), null)))
                            .build()));
                case 5 ->
                    changeConfig(
                            controller,
                            topic,
                            KEYS.get(random.nextInt(KEYS.size())),
                            random.nextBoolean() ? null : "" + random.nextInt(1, 1_000));
                case 6 ->
                    controller.run(machine -> machine.alterConfigs(change(
                            (byte) 4,
                            random.nextBoolean() ? "" : "1",
                            "message.max.bytes",
                            "" + random.nextInt(1_000))));
                case 7 ->
                    controller.run(machine ->
                            machine.registerBroker(Controllers.registration(random.nextInt(4), random.nextInt(100))));
                default -> controller.run(machine -> machine.allocateProducerIds(new ProducerIdBlockRequest(1)));
            }
        }
        return controller;
    }

    private static void create(Controllers controller, String name) {
        controller.run(machine -> machine.createTopics(CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.Topic.builder()
                        .name(name)
                        .numPartitions(2)
                        .replicationFactor((short) 1)
                        .build()))
                .build()));
    }

    private static void changeConfig(Controllers controller, String topic, String key, String value) {
        controller.run(machine -> machine.alterConfigs(change((byte) 2, topic, key, value)));
    }

    private static IncrementalAlterConfigsRequest change(byte type, String name, String key, String value) {
        byte operation = (byte) (value == null ? 1 : 0);
        return IncrementalAlterConfigsRequest.builder()
                .resources(List.of(new IncrementalAlterConfigsRequest.Resource(
                        type, name, List.of(new IncrementalAlterConfigsRequest.Config(key, operation, value)))))
                .build();
    }

    private static void assertCountsAreOf(MetadataState state) {
        ReplicaCounts counted = new ReplicaCounts();
        int partitions = 0;
        for (TopicInfo topic : state.image().topics()) {
            counted.add(topic.replicas());
            partitions += topic.partitions();
        }
        assertThat(state.partitionCount).isEqualTo(partitions);
        for (int broker = 0; broker < 4; broker++) {
            assertThat(state.replicaCounts.leaders(broker)).isEqualTo(counted.leaders(broker));
            assertThat(state.replicaCounts.replicas(broker)).isEqualTo(counted.replicas(broker));
        }
    }

    private static void assertSame(MetadataImage one, MetadataImage other) {
        assertThat(one.offset()).isEqualTo(other.offset());
        assertThat(one.clusterId()).isEqualTo(other.clusterId());
        assertThat(one.brokers()).isEqualTo(other.brokers());
        assertThat(List.copyOf(one.topics())).isEqualTo(List.copyOf(other.topics()));
        for (TopicInfo topic : one.topics()) {
            assertThat(one.topic(topic.id())).isSameAs(topic);
            assertThat(other.topic(topic.id())).isEqualTo(topic);
        }
        assertThat(one.clusterConfigs()).isEqualTo(other.clusterConfigs());
        for (int broker = 0; broker < 4; broker++) {
            assertThat(one.brokerConfigs(broker)).isEqualTo(other.brokerConfigs(broker));
        }
    }
}
