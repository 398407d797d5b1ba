package io.flotilla.broker.cluster;

import static io.flotilla.wire.frame.ErrorCode.BROKER_ID_NOT_REGISTERED;
import static io.flotilla.wire.frame.ErrorCode.INVALID_CONFIG;
import static io.flotilla.wire.frame.ErrorCode.INVALID_REQUEST;
import static io.flotilla.wire.frame.ErrorCode.NONE;
import static io.flotilla.wire.frame.ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterConfigsRequest;
import io.flotilla.wire.message.AlterConfigsResponse;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigChangesTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte GROUP = 32;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private final Controllers controller = Controllers.withBrokers(2);

    @BeforeEach
    void createTopic() {
        controller.run(machine -> machine.createTopics(CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.Topic.builder()
                        .name("t")
                        .numPartitions(1)
                        .replicationFactor((short) 1)
                        .configs(List.of(new CreateTopicsRequest.Config("retention.ms", "1000")))
                        .build()))
                .build()));
    }

    @Test
    void setsAndTakesBackSingleValues() {
        assertThat(change(TOPIC, "t", op(SET, "segment.ms", "60000"), op(DELETE, "retention.ms", null)))
                .isEqualTo(NONE);
        assertThat(topicConfigs()).containsExactly(Map.entry("segment.ms", "60000"));
    }

    @Test
    void takingBackWhatIsNotSetIsFine() {
        assertThat(change(TOPIC, "t", op(DELETE, "segment.ms", null))).isEqualTo(NONE);
    }

    @Test
    void replacingForgetsWhatIsNotNamed() {
        assertThat(replace(TOPIC, "t", "segment.ms", "60000")).isEqualTo(NONE);
        assertThat(topicConfigs()).containsExactly(Map.entry("segment.ms", "60000"));
        assertThat(replace(TOPIC, "t")).isEqualTo(NONE);
        assertThat(topicConfigs()).isEmpty();
    }

    @Test
    void listsGrowFromTheirDefaultAndShrink() {
        change(TOPIC, "t", op(APPEND, "cleanup.policy", "compact"));
        assertThat(topicConfigs()).containsEntry("cleanup.policy", "delete,compact");
        change(TOPIC, "t", op(APPEND, "cleanup.policy", "compact"));
        assertThat(topicConfigs()).containsEntry("cleanup.policy", "delete,compact");
        change(TOPIC, "t", op(SUBTRACT, "cleanup.policy", "delete"));
        assertThat(topicConfigs()).containsEntry("cleanup.policy", "compact");
        assertThat(change(TOPIC, "t", op(SUBTRACT, "cleanup.policy", "compact")))
                .isEqualTo(INVALID_CONFIG);
        assertThat(change(TOPIC, "t", op(APPEND, "retention.ms", "5"))).isEqualTo(INVALID_CONFIG);
        assertThat(change(TOPIC, "t", op(APPEND, "no.such.list", "5"))).isEqualTo(INVALID_CONFIG);
    }

    @Test
    void oneBadValueLeavesTheResourceAsItWas() {
        assertThat(change(TOPIC, "t", op(SET, "segment.ms", "60000"), op(SET, "retention.ms", "-2")))
                .isEqualTo(INVALID_CONFIG);
        assertThat(topicConfigs()).containsExactly(Map.entry("retention.ms", "1000"));
    }

    @Test
    void valuesThatContradictWhatIsSetAreRefused() {
        assertThat(change(TOPIC, "t", op(SET, "max.compaction.lag.ms", "10"))).isEqualTo(NONE);
        assertThat(change(TOPIC, "t", op(SET, "min.compaction.lag.ms", "11"))).isEqualTo(INVALID_CONFIG);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThat(change(TOPIC, "none", op(SET, "segment.ms", "1"))).isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(change(TOPIC, "t", op(SET, "segment.ms", null))).isEqualTo(INVALID_REQUEST);
        assertThat(change(TOPIC, "t", op((byte) 9, "segment.ms", "1"))).isEqualTo(INVALID_REQUEST);
        assertThat(change(TOPIC, "t", op(SET, "segment.ms", "1"), op(DELETE, "segment.ms", null)))
                .isEqualTo(INVALID_REQUEST);
        assertThat(change(GROUP, "g", op(SET, "x", "1"))).isEqualTo(INVALID_REQUEST);
        assertThat(change(BROKER, "x", op(SET, "message.max.bytes", "1"))).isEqualTo(INVALID_REQUEST);
        assertThat(change(BROKER, "7", op(SET, "message.max.bytes", "1"))).isEqualTo(BROKER_ID_NOT_REGISTERED);
        assertThat(change(BROKER, "", op(SET, "no.such", "1"))).isEqualTo(INVALID_CONFIG);
        assertThat(change(BROKER, "", op(SET, "num.io.threads", "4"))).isEqualTo(INVALID_REQUEST);
        assertThat(replace(TOPIC, "t", "segment.ms", null)).isEqualTo(INVALID_REQUEST);
        assertThat(controller.image().clusterConfigs()).isEmpty();
    }

    @Test
    void brokersAreConfiguredAloneOrTogether() {
        assertThat(change(BROKER, "", op(SET, "message.max.bytes", "2000"))).isEqualTo(NONE);
        assertThat(change(BROKER, "1", op(SET, "message.max.bytes", "3000"))).isEqualTo(NONE);
        assertThat(controller.image().clusterConfigs()).containsExactly(Map.entry("message.max.bytes", "2000"));
        assertThat(controller.image().brokerConfigs(1)).containsExactly(Map.entry("message.max.bytes", "3000"));
        assertThat(controller.image().brokerConfigs(0)).isEmpty();
        assertThat(replace(BROKER, "1")).isEqualTo(NONE);
        assertThat(controller.image().brokerConfigs(1)).isEmpty();
    }

    @Test
    void resourcesOfOneRequestAreDecidedAlone() {
        IncrementalAlterConfigsResponse response =
                controller.run(machine -> machine.alterConfigs(IncrementalAlterConfigsRequest.builder()
                        .resources(List.of(
                                resource(TOPIC, "t", op(SET, "segment.ms", "1")),
                                resource(TOPIC, "none", op(SET, "segment.ms", "1")),
                                resource(BROKER, "", op(SET, "message.max.bytes", "5")),
                                resource(BROKER, "", op(SET, "message.max.bytes", "6"))))
                        .build()));
        assertThat(response.responses())
                .extracting(resource -> ErrorCode.of(resource.errorCode()))
                .containsExactly(NONE, UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST, INVALID_REQUEST);
    }

    @Test
    void validatingChangesNothing() {
        int before = controller.log.size();
        controller.run(machine -> machine.alterConfigs(IncrementalAlterConfigsRequest.builder()
                .resources(List.of(resource(TOPIC, "t", op(SET, "segment.ms", "1"))))
                .validateOnly(true)
                .build()));
        assertThat(controller.log).hasSize(before);
    }

    @Test
    void whatDoesNotChangeIsNotWritten() {
        int before = controller.log.size();
        assertThat(change(TOPIC, "t", op(SET, "retention.ms", "1000"))).isEqualTo(NONE);
        assertThat(controller.log).hasSize(before);
    }

    private Map<String, String> topicConfigs() {
        return controller.image().topic("t").configs();
    }

    private ErrorCode change(byte type, String name, IncrementalAlterConfigsRequest.Config... changes) {
        IncrementalAlterConfigsResponse response =
                controller.run(machine -> machine.alterConfigs(IncrementalAlterConfigsRequest.builder()
                        .resources(List.of(resource(type, name, changes)))
                        .build()));
        IncrementalAlterConfigsResponse.Resource result = response.responses().get(0);
        assertThat(result.errorMessage() == null).isEqualTo(result.errorCode() == NONE.code());
        return ErrorCode.of(result.errorCode());
    }

    private static IncrementalAlterConfigsRequest.Resource resource(
            byte type, String name, IncrementalAlterConfigsRequest.Config... changes) {
        return new IncrementalAlterConfigsRequest.Resource(type, name, Arrays.asList(changes));
    }

    private static IncrementalAlterConfigsRequest.Config op(byte operation, String name, String value) {
        return new IncrementalAlterConfigsRequest.Config(name, operation, value);
    }

    private ErrorCode replace(byte type, String name, String... entry) {
        List<AlterConfigsRequest.Config> configs =
                entry.length == 0 ? List.of() : List.of(new AlterConfigsRequest.Config(entry[0], entry[1]));
        AlterConfigsResponse response = controller.run(machine -> machine.alterConfigs(AlterConfigsRequest.builder()
                .resources(List.of(new AlterConfigsRequest.Resource(type, name, configs)))
                .build()));
        return ErrorCode.of(response.responses().get(0).errorCode());
    }
}
