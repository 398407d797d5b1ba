package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.broker.cluster.ControllerChannel;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicCreator;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.MetadataResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataHandlerTest {
    private static final int NEWEST = ApiKey.METADATA.highestVersion();

    private final AdminFixture cluster = new AdminFixture();
    private final MetadataHandler handler = handler(cluster.channel(), true);

    @Test
    void describesTopicsByNameAndById() {
        TopicInfo topic = cluster.create("t", 2, 3);
        for (MetadataRequest request : List.of(byName("t"), byId(topic.id()))) {
            MetadataResponse.Topic described = only(ask(NEWEST, request));
            assertThat(described.errorCode()).isZero();
            assertThat(described.name()).isEqualTo("t");
            assertThat(described.topicId()).isEqualTo(topic.id());
            assertThat(described.isInternal()).isFalse();
            assertThat(described.partitions()).hasSize(2).allSatisfy(partition -> {
                List<Integer> replicas = topic.replicas().get(partition.partitionIndex());
                assertThat(partition.errorCode()).isZero();
                assertThat(partition.leaderId()).isEqualTo(replicas.get(0));
                assertThat(partition.leaderEpoch()).isEqualTo(5);
                assertThat(partition.replicaNodes()).isEqualTo(replicas);
                assertThat(partition.isrNodes()).isEqualTo(replicas);
                assertThat(partition.offlineReplicas()).isEmpty();
            });
        }
    }

    @Test
    void describesTheCluster() {
        MetadataResponse response = ask(NEWEST, none());
        assertThat(response.topics()).isEmpty();
        assertThat(response.clusterId()).isEqualTo(cluster.image().clusterId()).isNotNull();
        assertThat(response.controllerId()).isZero();
        assertThat(response.brokers())
                .extracting(
                        MetadataResponse.Broker::nodeId, MetadataResponse.Broker::host, MetadataResponse.Broker::rack)
                .containsExactly(
                        tuple(0, "host-0", "rack-0"), tuple(1, "host-1", "rack-1"), tuple(2, "host-2", "rack-2"));
    }

    @Test
    void nullMeansAllTopicsAndInTheFirstVersionAnEmptyListDoes() {
        cluster.create("b", 1, 1);
        cluster.create("a", 1, 1);
        MetadataRequest all = MetadataRequest.builder().topics(null).build();
        assertThat(ask(NEWEST, all).topics())
                .extracting(MetadataResponse.Topic::name)
                .containsExactly("a", "b");
        assertThat(ask(0, none()).topics())
                .extracting(MetadataResponse.Topic::name)
                .containsExactly("a", "b");
        assertThat(ask(1, none()).topics()).isEmpty();
    }

    @Test
    void deadBrokersAreMissedAndDoNotLead() {
        TopicInfo topic = cluster.create("t", 3, 3);
        cluster.liveness.disconnected(1);
        MetadataResponse response = ask(NEWEST, byName("t"));
        assertThat(response.brokers())
                .extracting(MetadataResponse.Broker::nodeId)
                .containsExactly(0, 2);
        for (MetadataResponse.Partition partition : only(response).partitions()) {
            boolean ledByDead = topic.replicas().get(partition.partitionIndex()).get(0) == 1;
            assertThat(ErrorCode.of(partition.errorCode()))
                    .isEqualTo(ledByDead ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE);
            assertThat(partition.leaderId() == -1).isEqualTo(ledByDead);
            assertThat(partition.isrNodes()).containsExactlyInAnyOrder(0, 2);
            assertThat(partition.offlineReplicas()).containsExactly(1);
        }
    }

    @Test
    void aPartitionNobodyLeadsYetSaysSo() {
        cluster.create("t", 1, 1);
        cluster.leaders.forgetDeleted(cluster.image(), MetadataImage.EMPTY);
        MetadataResponse.Partition partition =
                only(ask(NEWEST, byName("t"))).partitions().get(0);
        assertThat(ErrorCode.of(partition.errorCode())).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
        assertThat(partition.leaderId()).isEqualTo(-1);
        assertThat(partition.leaderEpoch()).isEqualTo(-1);
    }

    @Test
    void whatIsNotThereHasItsError() {
        assertThat(error(NEWEST, byName(false, "none"))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(NEWEST, byName("bad name"))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        for (int version = 10; version <= NEWEST; version++) {
            assertThat(error(version, byId(new UUID(6, 6)))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
        }
        assertThat(cluster.asked).isEmpty();
    }

    @Test
    void aMissingTopicIsMadeWithTheBrokersDefaults() {
        MetadataResponse.Topic topic = only(ask(NEWEST, byName("fresh")));
        assertThat(cluster.image().topic("fresh").partitions()).isEqualTo(1);
        assertThat(topic.errorCode()).isIn((short) 0, ErrorCode.LEADER_NOT_AVAILABLE.code());
    }

    @Test
    void versionsBeforeTheFlagMakeTopicsToo() {
        ask(1, byName("fresh"));
        assertThat(cluster.image().topic("fresh")).isNotNull();
    }

    @Test
    void nothingIsMadeUnlessClientAndBrokerWantIt() {
        assertThat(error(NEWEST, byName(false, "fresh"))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        MetadataHandler disabled = handler(cluster.channel(), false);
        assertThat(ErrorCode.of(
                        only(cluster.ask(disabled, NEWEST, byName("fresh"))).errorCode()))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        ask(NEWEST, byName("bad name"));
        assertThat(cluster.asked).isEmpty();
    }

    @Test
    void whyATopicCannotBeMadeIsSaid() {
        AdminFixture full = new AdminFixture(Map.of("cluster.max.partitions", "1"));
        full.create("only", 1, 1);
        MetadataHandler refusing = new MetadataHandler(full.view, new TopicCreator(full.channel()), true);
        assertThat(ErrorCode.of(only(full.ask(refusing, NEWEST, byName("more"))).errorCode()))
                .isEqualTo(ErrorCode.POLICY_VIOLATION);
    }

    @Test
    void withoutMetadataLeaderAMissingTopicIsWorthAskingAgain() {
        MetadataHandler cutOff = handler(AdminFixture.noController(), true);
        assertThat(ErrorCode.of(
                        only(cluster.ask(cutOff, NEWEST, byName("fresh"))).errorCode()))
                .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    }

    @Test
    void aTopicAskedForByManyAtOnceIsRequestedOnce() {
        cluster.log.holdCommits = true;
        var first = handler.handle(cluster.context(NEWEST), byName("fresh"));
        var second = handler.handle(cluster.context(NEWEST), byName("fresh"));
        cluster.loop.advance(10);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        cluster.log.commit();
        cluster.loop.advance(10);
        assertThat(first).isDone();
        assertThat(second).isDone();
        assertThat(cluster.asked).hasSize(1);
    }

    @Test
    void everyVersionCanBeAnswered() {
        TopicInfo topic = cluster.create("t", 1, 3);
        for (int version = 0; version <= NEWEST; version++) {
            ask(version, byName("t"));
            AdminFixture.assertWritable(
                    handler.error(cluster.context(version), byName("t"), ErrorCode.UNKNOWN_SERVER_ERROR, "something"),
                    (short) version);
            if (version >= 10) {
                assertThat(only(ask(version, byId(topic.id()))).name()).isEqualTo("t");
            }
        }
    }

    private MetadataHandler handler(ControllerChannel channel, boolean autoCreate) {
        return new MetadataHandler(cluster.view, new TopicCreator(channel), autoCreate);
    }

    private MetadataResponse ask(int version, MetadataRequest request) {
        return cluster.ask(handler, version, request);
    }

    private ErrorCode error(int version, MetadataRequest request) {
        return ErrorCode.of(only(ask(version, request)).errorCode());
    }

    private static MetadataResponse.Topic only(MetadataResponse response) {
        assertThat(response.topics()).hasSize(1);
        return response.topics().get(0);
    }

    private static MetadataRequest none() {
        return MetadataRequest.builder().topics(List.of()).build();
    }

    private static MetadataRequest byName(String name) {
        return byName(true, name);
    }

    private static MetadataRequest byName(boolean create, String name) {
        return MetadataRequest.builder()
                .topics(List.of(new MetadataRequest.Topic(Message.ZERO_UUID, name)))
                .allowAutoTopicCreation(create)
                .build();
    }

    private static MetadataRequest byId(UUID id) {
        return MetadataRequest.builder()
                .topics(List.of(new MetadataRequest.Topic(id, null)))
                .build();
    }
}
