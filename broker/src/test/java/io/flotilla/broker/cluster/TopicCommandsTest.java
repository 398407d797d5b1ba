package io.flotilla.broker.cluster;

import static io.flotilla.wire.frame.ErrorCode.INVALID_CONFIG;
import static io.flotilla.wire.frame.ErrorCode.INVALID_PARTITIONS;
import static io.flotilla.wire.frame.ErrorCode.INVALID_REPLICATION_FACTOR;
import static io.flotilla.wire.frame.ErrorCode.INVALID_REPLICA_ASSIGNMENT;
import static io.flotilla.wire.frame.ErrorCode.INVALID_REQUEST;
import static io.flotilla.wire.frame.ErrorCode.INVALID_TOPIC_EXCEPTION;
import static io.flotilla.wire.frame.ErrorCode.NONE;
import static io.flotilla.wire.frame.ErrorCode.POLICY_VIOLATION;
import static io.flotilla.wire.frame.ErrorCode.TOPIC_ALREADY_EXISTS;
import static io.flotilla.wire.frame.ErrorCode.TOPIC_DELETION_DISABLED;
import static io.flotilla.wire.frame.ErrorCode.UNKNOWN_TOPIC_ID;
import static io.flotilla.wire.frame.ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreatePartitionsResponse;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import io.flotilla.wire.message.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TopicCommandsTest {
    private final Controllers controller = Controllers.withBrokers(3);

    @Nested
    class Creating {
        @Test
        void placesPartitionsAndSaysWhatItMade() {
            CreateTopicsResponse.Topic result = create(topic("orders", 6, 3));
            assertThat(ErrorCode.of(result.errorCode())).isEqualTo(NONE);
            assertThat(result.numPartitions()).isEqualTo(6);
            assertThat(result.replicationFactor()).isEqualTo((short) 3);
            TopicInfo made = controller.image().topic("orders");
            assertThat(made.id()).isEqualTo(result.topicId()).isNotEqualTo(Message.ZERO_UUID);
            assertThat(made.replicas()).hasSize(6).allSatisfy(replicas -> assertThat(replicas)
                    .containsExactlyInAnyOrder(0, 1, 2));
            assertThat(controller.image().topic(made.id())).isSameAs(made);
        }

        @Test
        void tellsTheWholeConfiguration() {
            CreateTopicsResponse.Topic result = create(topic("t", 1, 1, "retention.ms", "5000"));
            assertThat(result.configs()).anySatisfy(config -> {
                assertThat(config.name()).isEqualTo("retention.ms");
                assertThat(config.value()).isEqualTo("5000");
                assertThat(config.configSource()).isEqualTo((byte) 1);
            });
            assertThat(result.configs()).anySatisfy(config -> {
                assertThat(config.name()).isEqualTo("segment.bytes");
                assertThat(config.configSource()).isEqualTo((byte) 5);
            });
            assertThat(controller.image().topic("t").configs()).containsExactly(Map.entry("retention.ms", "5000"));
        }

        @Test
        void minusOneMeansTheBrokersDefault() {
            Controllers defaults =
                    Controllers.withBrokers(3, Map.of("num.partitions", "4", "default.replication.factor", "2"));
            CreateTopicsResponse.Topic result = create(defaults, topic("t", -1, -1));
            assertThat(result.numPartitions()).isEqualTo(4);
            assertThat(result.replicationFactor()).isEqualTo((short) 2);
        }

        @Test
        void refusesWhatKafkaRefuses() {
            create(topic("taken", 1, 1));
            create(topic("dotted.name", 1, 1));
            assertRefused(topic("taken", 1, 1), TOPIC_ALREADY_EXISTS);
            assertRefused(topic("", 1, 1), INVALID_TOPIC_EXCEPTION);
            assertRefused(topic("a b", 1, 1), INVALID_TOPIC_EXCEPTION);
            assertRefused(topic("dotted_name", 1, 1), INVALID_TOPIC_EXCEPTION);
            assertRefused(topic("__cluster_metadata", 1, 1), INVALID_REQUEST);
            assertRefused(topic("t", 0, 1), INVALID_PARTITIONS);
            assertRefused(topic("t", -2, 1), INVALID_PARTITIONS);
            assertRefused(topic("t", 10_001, 1), INVALID_PARTITIONS);
            assertRefused(topic("t", Integer.MAX_VALUE, 1), INVALID_PARTITIONS);
            assertRefused(topic("t", 1, 0), INVALID_REPLICATION_FACTOR);
            assertRefused(topic("t", 1, -2), INVALID_REPLICATION_FACTOR);
            assertRefused(topic("t", 1, 4), INVALID_REPLICATION_FACTOR);
            assertRefused(topic("t", 1, 1, "no.such", "1"), INVALID_CONFIG);
            assertRefused(topic("t", 1, 1, "retention.ms", "soon"), INVALID_CONFIG);
            assertRefused(topic("t", 1, 1, "retention.ms", null), INVALID_CONFIG);
            assertRefused(topic("t", 1, 1, "compression.type", "rar"), INVALID_CONFIG);
            assertRefused(topic("t", 1, 1, "unclean.leader.election.enable", "true"), INVALID_CONFIG);
            assertRefused(topic("t", 1, 1, "remote.storage.enable", "true"), INVALID_CONFIG);
            assertRefused(
                    topic("t", 1, 1, "min.compaction.lag.ms", "10", "max.compaction.lag.ms", "9"), INVALID_CONFIG);
            assertRefused(topic("t", 1, 1, "segment.ms", "1", "segment.ms", "2"), INVALID_REQUEST);
            assertThat(controller.image().topics()).hasSize(2);
        }

        @Test
        void saysWhatTheUserMayHaveMeant() {
            CreateTopicsResponse.Topic result = create(topic("t", 1, 1, "retension.ms", "1"));
            assertThat(result.errorMessage()).contains("retention.ms");
        }

        @Test
        void decidesOnEachTopicAlone() {
            CreateTopicsResponse response = controller.run(machine -> machine.createTopics(request(
                    false, topic("good", 1, 1), topic("bad name", 1, 1), topic("twice", 1, 1), topic("twice", 2, 1))));
            assertThat(response.topics())
                    .extracting(CreateTopicsResponse.Topic::name, topic -> ErrorCode.of(topic.errorCode()))
                    .containsExactly(
                            tuple("good", NONE),
                            tuple("bad name", INVALID_TOPIC_EXCEPTION),
                            tuple("twice", INVALID_REQUEST));
            assertThat(controller.image().topics()).extracting(TopicInfo::name).containsExactly("good");
        }

        @Test
        void twoNamesOfOneRequestMayNotCollideEither() {
            CreateTopicsResponse response = controller.run(
                    machine -> machine.createTopics(request(false, topic("a.b", 1, 1), topic("a_b", 1, 1))));
            assertThat(response.topics())
                    .extracting(topic -> ErrorCode.of(topic.errorCode()))
                    .containsExactly(NONE, INVALID_TOPIC_EXCEPTION);
        }

        @Test
        void validatingChangesNothing() {
            int before = controller.log.size();
            CreateTopicsResponse response = controller.run(
                    machine -> machine.createTopics(request(true, topic("t", 2, 3), topic("bad name", 1, 1))));
            assertThat(response.topics())
                    .extracting(topic -> ErrorCode.of(topic.errorCode()))
                    .containsExactly(NONE, INVALID_TOPIC_EXCEPTION);
            assertThat(response.topics().get(0).numPartitions()).isEqualTo(2);
            assertThat(controller.log).hasSize(before);
        }

        @Test
        void takesAnAssignmentAsItIs() {
            CreateTopicsResponse.Topic result = create(assigned("t", List.of(2, 0), List.of(1, 2)));
            assertThat(ErrorCode.of(result.errorCode())).isEqualTo(NONE);
            assertThat(controller.image().topic("t").replicas()).containsExactly(List.of(2, 0), List.of(1, 2));
        }

        @Test
        void refusesAssignmentsThatCannotBe() {
            assertRefused(assigned("t", List.of(0, 1), List.of(1)), INVALID_REPLICA_ASSIGNMENT);
            assertRefused(assigned("t", List.of(0, 0)), INVALID_REPLICA_ASSIGNMENT);
            assertRefused(assigned("t", List.of()), INVALID_REPLICA_ASSIGNMENT);
            assertRefused(assigned("t", List.of(0, 7)), INVALID_REPLICA_ASSIGNMENT);
            assertRefused(
                    CreateTopicsRequest.Topic.builder()
                            .name("gap")
                            .numPartitions(-1)
                            .replicationFactor((short) -1)
                            .assignments(List.of(
                                    new CreateTopicsRequest.Assignment(0, List.of(0)),
                                    new CreateTopicsRequest.Assignment(2, List.of(0))))
                            .build(),
                    INVALID_REPLICA_ASSIGNMENT);
            assertRefused(
                    CreateTopicsRequest.Topic.builder()
                            .name("both")
                            .numPartitions(1)
                            .replicationFactor((short) -1)
                            .assignments(List.of(new CreateTopicsRequest.Assignment(0, List.of(0))))
                            .build(),
                    INVALID_REQUEST);
        }

        @Test
        void keepsTheClustersLimit() {
            Controllers small = Controllers.withBrokers(1, Map.of("cluster.max.partitions", "10"));
            assertThat(ErrorCode.of(create(small, topic("a", 7, 1)).errorCode()))
                    .isEqualTo(NONE);
            assertThat(ErrorCode.of(create(small, topic("b", 4, 1)).errorCode()))
                    .isEqualTo(POLICY_VIOLATION);
            assertThat(ErrorCode.of(create(small, topic("c", 3, 1)).errorCode()))
                    .isEqualTo(NONE);
            small.run(machine -> machine.deleteTopics(byName("a")));
            assertThat(ErrorCode.of(create(small, topic("d", 7, 1)).errorCode()))
                    .isEqualTo(NONE);
        }

        @Test
        void keepsTheRequestsLimit() {
            CreateTopicsResponse response = controller.run(
                    machine -> machine.createTopics(request(false, topic("a", 6_000, 1), topic("b", 6_000, 1))));
            assertThat(response.topics())
                    .extracting(topic -> ErrorCode.of(topic.errorCode()))
                    .containsExactly(NONE, POLICY_VIOLATION);
        }

        @Test
        void withoutBrokersNothingCanBePlaced() {
            Controllers empty = new Controllers(Map.of());
            assertThat(ErrorCode.of(create(empty, topic("t", 1, 1)).errorCode()))
                    .isEqualTo(INVALID_REPLICATION_FACTOR);
        }
    }

    @Nested
    class AddingPartitions {
        @Test
        void keepsWhatThereIs() {
            create(topic("t", 2, 2));
            List<List<Integer>> before = controller.image().topic("t").replicas();
            assertThat(add("t", 5, null)).isEqualTo(NONE);
            List<List<Integer>> after = controller.image().topic("t").replicas();
            assertThat(after).hasSize(5).startsWith(before.get(0), before.get(1));
            assertThat(after).allSatisfy(replicas -> assertThat(replicas).hasSize(2));
        }

        @Test
        void keepsTheConfiguration() {
            create(topic("t", 1, 1, "retention.ms", "1000"));
            add("t", 2, null);
            assertThat(controller.image().topic("t").configs()).containsEntry("retention.ms", "1000");
        }

        @Test
        void refusesWhatKafkaRefuses() {
            create(topic("t", 2, 2));
            assertThat(add("none", 3, null)).isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(add("t", 2, null)).isEqualTo(INVALID_PARTITIONS);
            assertThat(add("t", 1, null)).isEqualTo(INVALID_PARTITIONS);
            assertThat(add("t", Integer.MIN_VALUE, null)).isEqualTo(INVALID_PARTITIONS);
            assertThat(add("t", 20_000, null)).isEqualTo(INVALID_PARTITIONS);
            assertThat(add("t", 4, List.of(List.of(0, 1)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
            assertThat(add("t", 3, List.of(List.of(0)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
            assertThat(add("t", 3, List.of(List.of(0, 9)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
            assertThat(controller.image().topic("t").partitions()).isEqualTo(2);
        }

        @Test
        void takesAnAssignment() {
            create(topic("t", 1, 2));
            assertThat(add("t", 3, List.of(List.of(2, 1), List.of(0, 2)))).isEqualTo(NONE);
            assertThat(controller.image().topic("t").replicas().subList(1, 3))
                    .containsExactly(List.of(2, 1), List.of(0, 2));
        }
    }

    @Nested
    class Deleting {
        @Test
        void byNameAndById() {
            create(topic("a", 1, 1));
            UUID id = create(topic("b", 1, 1)).topicId();
            create(topic("c", 1, 1));
            DeleteTopicsResponse response = controller.run(machine -> machine.deleteTopics(DeleteTopicsRequest.builder()
                    .topics(List.of(named("a"), identified(id)))
                    .build()));
            assertThat(response.responses())
                    .extracting(DeleteTopicsResponse.Topic::name, topic -> ErrorCode.of(topic.errorCode()))
                    .containsExactly(tuple("a", NONE), tuple("b", NONE));
            assertThat(controller.image().topics()).extracting(TopicInfo::name).containsExactly("c");
            assertThat(controller.image().topic(id)).isNull();
        }

        @Test
        void theNameIsFreeAgainUnderAnotherId() {
            UUID first = create(topic("a.b", 1, 1, "retention.ms", "1")).topicId();
            controller.run(machine -> machine.deleteTopics(byName("a.b")));
            UUID second = create(topic("a.b", 1, 1)).topicId();
            assertThat(second).isNotEqualTo(first);
            assertThat(controller.image().topic("a.b").configs()).isEmpty();
        }

        @Test
        void refusesWhatIsNotThere() {
            create(topic("a", 1, 1));
            assertThat(delete(named("none"))).containsExactly(UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(delete(identified(new UUID(4, 4)))).containsExactly(UNKNOWN_TOPIC_ID);
            assertThat(delete(named("a"), named("a"))).containsExactly(NONE, INVALID_REQUEST);
            assertThat(delete(new DeleteTopicsRequest.Topic("a", new UUID(4, 4))))
                    .containsExactly(INVALID_REQUEST);
            assertThat(delete(new DeleteTopicsRequest.Topic(null, Message.ZERO_UUID)))
                    .containsExactly(INVALID_REQUEST);
        }

        @Test
        void canBeDisabled() {
            Controllers disabled = Controllers.withBrokers(1, Map.of("delete.topic.enable", "false"));
            create(disabled, topic("a", 1, 1));
            DeleteTopicsResponse response = disabled.run(machine -> machine.deleteTopics(byName("a")));
            assertThat(ErrorCode.of(response.responses().get(0).errorCode())).isEqualTo(TOPIC_DELETION_DISABLED);
        }

        private List<ErrorCode> delete(DeleteTopicsRequest.Topic... topics) {
            DeleteTopicsResponse response = controller.run(machine -> machine.deleteTopics(
                    DeleteTopicsRequest.builder().topics(List.of(topics)).build()));
            return response.responses().stream()
                    .map(topic -> ErrorCode.of(topic.errorCode()))
                    .toList();
        }

        private DeleteTopicsRequest.Topic named(String name) {
            return new DeleteTopicsRequest.Topic(name, Message.ZERO_UUID);
        }

        private DeleteTopicsRequest.Topic identified(UUID id) {
            return new DeleteTopicsRequest.Topic(null, id);
        }
    }

    private void assertRefused(CreateTopicsRequest.Topic topic, ErrorCode error) {
        CreateTopicsResponse.Topic result = create(topic);
        assertThat(ErrorCode.of(result.errorCode())).as(result.errorMessage()).isEqualTo(error);
        assertThat(result.errorMessage()).isNotEmpty();
        assertThat(result.topicId()).isEqualTo(Message.ZERO_UUID);
    }

    private ErrorCode add(String name, int count, List<List<Integer>> assignments) {
        CreatePartitionsRequest request = CreatePartitionsRequest.builder()
                .topics(List.of(CreatePartitionsRequest.Topic.builder()
                        .name(name)
                        .count(count)
                        .assignments(
                                assignments == null
                                        ? null
                                        : assignments.stream()
                                                .map(CreatePartitionsRequest.Assignment::new)
                                                .toList())
                        .build()))
                .build();
        CreatePartitionsResponse response = controller.run(machine -> machine.createPartitions(request));
        return ErrorCode.of(response.results().get(0).errorCode());
    }

    private CreateTopicsResponse.Topic create(CreateTopicsRequest.Topic topic) {
        return create(controller, topic);
    }

    private static CreateTopicsResponse.Topic create(Controllers controller, CreateTopicsRequest.Topic topic) {
        return controller
                .run(machine -> machine.createTopics(request(false, topic)))
                .topics()
                .get(0);
    }

    private static CreateTopicsRequest request(boolean validateOnly, CreateTopicsRequest.Topic... topics) {
        return CreateTopicsRequest.builder()
                .topics(Arrays.asList(topics))
                .validateOnly(validateOnly)
                .build();
    }

    private static DeleteTopicsRequest byName(String name) {
        return DeleteTopicsRequest.builder().topicNames(List.of(name)).build();
    }

    /** @param configs names and values in turn */
    private static CreateTopicsRequest.Topic topic(String name, int partitions, int factor, String... configs) {
        List<CreateTopicsRequest.Config> entries = new ArrayList<>();
        for (int i = 0; i < configs.length; i += 2) {
            entries.add(new CreateTopicsRequest.Config(configs[i], configs[i + 1]));
        }
        return CreateTopicsRequest.Topic.builder()
                .name(name)
                .numPartitions(partitions)
                .replicationFactor((short) factor)
                .configs(entries)
                .build();
    }

    @SafeVarargs
    private static CreateTopicsRequest.Topic assigned(String name, List<Integer>... replicas) {
        return CreateTopicsRequest.Topic.builder()
                .name(name)
                .numPartitions(-1)
                .replicationFactor((short) -1)
                .assignments(IntStream.range(0, replicas.length)
                        .mapToObj(i -> new CreateTopicsRequest.Assignment(i, replicas[i]))
                        .toList())
                .build();
    }
}
