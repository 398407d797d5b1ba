package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.CreateTopicsRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InternalTopicsTest {
    private static final Map<String, String> THREE_BROKERS =
            Map.of("node.id", "0", "controller.quorum.voters", "0@127.0.0.1:9092,1@b:1,2@c:1");

    @Test
    void makesTheOffsetsTopicCompactedWithAsManyReplicasAsThereAreBrokers() {
        Controllers controller = Controllers.withBrokers(3);
        assertThat(topics(controller).ensure("__consumer_offsets")).isCompletedWithValue(ErrorCode.NONE);
        TopicInfo topic = controller.image().topic("__consumer_offsets");
        assertThat(topic.partitions()).isEqualTo(50);
        assertThat(topic.replicas()).allSatisfy(replicas -> assertThat(replicas).hasSize(3));
        assertThat(topic.configs()).containsEntry("cleanup.policy", "compact");
        assertThat(topic.internal()).isTrue();
    }

    @Test
    void waitsUntilEnoughBrokersAreRegistered() {
        Controllers controller = Controllers.withBrokers(2);
        assertThat(topics(controller).ensure("__consumer_offsets"))
                .isCompletedWithValue(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(controller.image().topics()).isEmpty();
    }

    @Test
    void isContentWithWhatIsThere() {
        Controllers controller = Controllers.withBrokers(3);
        topics(controller).ensure("__consumer_offsets");
        int before = controller.log.size();
        assertThat(topics(controller).ensure("__consumer_offsets")).isCompletedWithValue(ErrorCode.NONE);
        assertThat(controller.log).hasSize(before);
    }

    @Test
    void makesNoOtherTopic() {
        assertThatThrownBy(() -> topics(Controllers.withBrokers(1)).ensure("mine"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static InternalTopics topics(Controllers controller) {
        ControllerChannel channel = new ControllerChannel() {
            @Override
            @SuppressWarnings("unchecked")
            public <R extends ApiMessage> CompletableFuture<R> ask(ApiKey api, ApiMessage request) {
                return CompletableFuture.completedFuture(
                        (R) controller.run(machine -> machine.createTopics((CreateTopicsRequest) request)));
            }
        };
        return new InternalTopics(
                BrokerConfig.of(THREE_BROKERS), new MetadataFollower(new TestLoop()), new TopicCreator(channel));
    }
}
