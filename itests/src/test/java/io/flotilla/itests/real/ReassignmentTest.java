package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Partitions on the move between four real brokers, through Kafka's Admin client and its command-line tool. How long
 * acknowledgements stayed away is printed, before the move and with it; only the insane fails, for machines differ.
 */
final class ReassignmentTest {
    /** How many partitions are moved under load; {@code -Dflotilla.reassign.partitions=100} for the real thing. */
    private static final int PARTITIONS = Integer.getInteger("flotilla.reassign.partitions", 20);

    private static final int PER_SECOND = 500;
    private static final Duration SANE_GAP = Duration.ofSeconds(10);

    private static ProcessCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(4, TestDirectory.empty("reassignment"), Map.of());
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void end() throws Exception {
        try {
            cluster.assertNoLeaksAndNoErrors();
        } finally {
            cluster.close();
        }
    }

    @Test
    void movesUnderLoadWithoutAnErrorAndCanBeCancelledHalfWay() throws Exception {
        create("moved", PARTITIONS, List.of(1, 2, 3));
        try (Admin admin = clients.admin()) {
            Load load = new Load(clients, "moved", PARTITIONS, PER_SECOND);
            try (load) {
                load.start();
                Thread.sleep(3_000);
                System.out.printf(
                        "before, longest gap %d ms%n", load.longestGap().toMillis());
                long start = System.nanoTime();
                // Broker 1 leads them all, and is to go.
                alter(admin, targets("moved", List.of(4, 2, 3)));
                awaitNoReassignments(admin);
                System.out.printf(
                        "%d partitions moved in %d ms, longest gap %d ms%n",
                        PARTITIONS, millisSince(start), load.longestGap().toMillis());
                assertThat(replicas(admin, "moved")).allMatch(List.of(4, 2, 3)::equals);

                Map<TopicPartition, List<Integer>> back = targets("moved", List.of(1, 4, 2));
                alter(admin, back);
                cancel(admin, back.keySet());
                awaitNoReassignments(admin);
                System.out.printf(
                        "cancelled, longest gap %d ms%n", load.longestGap().toMillis());
                Thread.sleep(1_000);
            }
            assertThat(load.failures()).isEmpty();
            assertThat(replicas(admin, "moved"))
                    .allMatch(replicas ->
                            Set.copyOf(replicas).equals(Set.of(2, 3, 4)) || replicas.equals(List.of(1, 4, 2)));
            assertThat(load.longestGap()).isLessThan(SANE_GAP);
            assertThat(Clients.values(
                            clients.consume("moved", load.acknowledged().size())))
                    .hasSize(load.acknowledged().size())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        create("refused", 1, List.of(1, 2, 3));
        try (Admin admin = clients.admin()) {
            assertThatThrownBy(() -> alter(admin, Map.of(new TopicPartition("refused", 0), List.of(1, 2, 99))))
                    .hasCauseInstanceOf(InvalidReplicaAssignmentException.class);
            assertThatThrownBy(() -> alter(admin, Map.of(new TopicPartition("refused", 7), List.of(1, 2, 4))))
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            assertThatThrownBy(() -> cancel(admin, List.of(new TopicPartition("refused", 0))))
                    .hasCauseInstanceOf(NoReassignmentInProgressException.class);
        }
    }

    @Test
    void aMoveToADeadBrokerShowsAndIsCancelled() throws Exception {
        create("stuck", 1, List.of(1, 2, 3));
        TopicPartition partition = new TopicPartition("stuck", 0);
        cluster.stop(4);
        try (Admin admin = clients.admin()) {
            alter(admin, Map.of(partition, List.of(4, 1, 2)));
            PartitionReassignment shown =
                    admin.listPartitionReassignments().reassignments().get().get(partition);
            assertThat(shown.addingReplicas()).containsExactly(4);
            assertThat(shown.removingReplicas()).containsExactly(3);
            assertThat(replicas(admin, "stuck")).containsExactly(List.of(4, 1, 2, 3));
            clients.produce(partition, "while it is stuck");
            cancel(admin, List.of(partition));
            awaitNoReassignments(admin);
            assertThat(replicas(admin, "stuck")).containsExactly(List.of(1, 2, 3));
        } finally {
            cluster.startBroker(4);
            cluster.awaitReady();
        }
        clients.produce(partition, "afterwards");
        assertThat(Clients.values(clients.consume("stuck", 2))).containsExactly("while it is stuck", "afterwards");
    }

    @Test
    void kafkaReassignPartitions() throws Exception {
        create("tool-moved", 2, List.of(1, 2, 3));
        Path directory = TestDirectory.empty("reassign-tool");
        Path plan = directory.resolve("plan.json");
        Files.writeString(plan, """
                {"version": 1, "partitions": [
                  {"topic": "tool-moved", "partition": 0, "replicas": [4, 2, 3]},
                  {"topic": "tool-moved", "partition": 1, "replicas": [2, 3, 4]}]}
                """);
        Command tool = KafkaToolsTest.tool("org.apache.kafka.tools.reassign.ReassignPartitionsCommand")
                .and("--bootstrap-server", clients.bootstrap());
        Command withPlan = tool.and("--reassignment-json-file", plan.toString());
        assertThat(withPlan.and("--execute", "--throttle", "50000000")
                        .run()
                        .orFail()
                        .output())
                .contains("Successfully started partition reassignments for tool-moved-0,tool-moved-1");
        Await.untilAsserted(
                () -> assertThat(withPlan.and("--verify").run().orFail().output())
                        .contains("Reassignment of partition tool-moved-0 is completed.")
                        .contains("Reassignment of partition tool-moved-1 is completed.")
                        .contains("Clearing broker-level throttles")
                        .contains("Clearing topic-level throttles"));
        assertThat(tool.and("--list").run().orFail().output()).contains("No partition reassignments found.");
        clients.produce(new TopicPartition("tool-moved", 0), Clients.numbered("v".repeat(1000), 500));
        Files.writeString(plan, """
                {"version": 1, "partitions": [
                  {"topic": "tool-moved", "partition": 0, "replicas": [1, 2, 3]}]}
                """);
        assertThat(withPlan.and("--execute", "--throttle", "2000")
                        .run()
                        .orFail()
                        .output())
                .contains("The inter-broker throttle limit was set to 2000 B/s");
        assertThat(tool.and("--list").run().orFail().output())
                .contains("tool-moved-0: replicas: 1,2,3,4. adding: 1. removing: 4.");
        assertThat(withPlan.and("--cancel").run().orFail().output())
                .contains("Successfully cancelled partition reassignment for: tool-moved-0");
        assertThat(tool.and("--list").run().orFail().output()).contains("No partition reassignments found.");
    }

    private static void create(String topic, int partitions, List<Integer> replicas) throws Exception {
        Map<Integer, List<Integer>> assignment = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            assignment.put(partition, replicas);
        }
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, assignment))).all().get();
        }
    }

    private static Map<TopicPartition, List<Integer>> targets(String topic, List<Integer> replicas) {
        Map<TopicPartition, List<Integer>> targets = new HashMap<>();
        IntStream.range(0, PARTITIONS)
                .forEach(partition -> targets.put(new TopicPartition(topic, partition), replicas));
        return targets;
    }

    private static void alter(Admin admin, Map<TopicPartition, List<Integer>> targets)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Optional<NewPartitionReassignment>> asked = new HashMap<>();
        targets.forEach(
                (partition, replicas) -> asked.put(partition, Optional.of(new NewPartitionReassignment(replicas))));
        admin.alterPartitionReassignments(asked).all().get();
    }

    private static void cancel(Admin admin, Iterable<TopicPartition> partitions) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> asked = new HashMap<>();
        var underWay = admin.listPartitionReassignments().reassignments().get().keySet();
        for (TopicPartition partition : partitions) {
            if (underWay.isEmpty() || underWay.contains(partition)) {
                asked.put(partition, Optional.empty());
            }
        }
        admin.alterPartitionReassignments(asked).all().get();
    }

    private static void awaitNoReassignments(Admin admin) {
        Await.untilAsserted(() -> assertThat(
                        admin.listPartitionReassignments().reassignments().get())
                .isEmpty());
    }

    private static List<List<Integer>> replicas(Admin admin, String topic) throws Exception {
        List<List<Integer>> replicas = new ArrayList<>();
        for (TopicPartitionInfo partition : admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()) {
            replicas.add(partition.replicas().stream().map(Node::id).toList());
        }
        return replicas;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
