package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's admin client on topics, partitions and the cluster. */
@ExtendWith(SharedCluster.class)
final class AdminTopicsTest {
    @Test
    void aTopicIsCreatedDescribedAndDeleted(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            CreateTopicsResult created = admin.createTopics(
                    List.of(new NewTopic("life", 3, (short) 3).configs(Map.of("retention.ms", "1000000"))));
            Uuid id = Clients.get(created.topicId("life"));
            assertThat(Clients.get(created.numPartitions("life"))).isEqualTo(3);
            assertThat(Clients.get(created.replicationFactor("life"))).isEqualTo(3);
            assertThat(Clients.get(created.config("life")).get("retention.ms").value())
                    .isEqualTo("1000000");

            Await.until("all have leaders", () -> describe(admin, "life").partitions().stream()
                    .allMatch(partition -> partition.leader() != null));
            TopicDescription description = describe(admin, "life");
            assertThat(description.topicId()).isEqualTo(id);
            assertThat(description.isInternal()).isFalse();
            for (TopicPartitionInfo partition : description.partitions()) {
                assertThat(partition.replicas()).extracting(Node::id).containsExactlyInAnyOrder(1, 2, 3);
                assertThat(partition.replicas()).extracting(Node::rack).doesNotContainNull();
            }
            assertThat(Clients.get(admin.describeTopics(TopicCollection.ofTopicIds(List.of(id)))
                            .allTopicIds()))
                    .containsOnlyKeys(id);
            assertThat(Clients.get(admin.listTopics().names())).contains("life");

            Clients.get(admin.deleteTopics(List.of("life")).all());
            Await.until(
                    "it is gone", () -> !Clients.get(admin.listTopics().names()).contains("life"));
            assertThatThrownBy(() -> describe(admin, "life")).isInstanceOf(UnknownTopicOrPartitionException.class);
            assertThatThrownBy(() ->
                            Clients.get(admin.deleteTopics(List.of("life")).all()))
                    .isInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void aNameUsedAgainIsANewTopic(Clients clients) throws Exception {
        TopicPartition partition = new TopicPartition("again", 0);
        try (Admin admin = clients.admin()) {
            clients.createTopic("again", 1);
            clients.produce(partition, "old");
            Uuid old = describe(admin, "again").topicId();
            Clients.get(
                    admin.deleteTopics(TopicCollection.ofTopicIds(List.of(old))).all());
            Await.until(
                    "it is gone", () -> !Clients.get(admin.listTopics().names()).contains("again"));
            clients.createTopic("again", 1);
            assertThat(describe(admin, "again").topicId()).isNotEqualTo(old);
            clients.produce(partition, "new");
            assertThat(Clients.values(clients.consume("again", 1))).containsExactly("new");
            assertThatThrownBy(() -> Clients.get(admin.describeTopics(TopicCollection.ofTopicIds(List.of(old)))
                            .allTopicIds()))
                    .isInstanceOf(UnknownTopicIdException.class);
        }
    }

    @Test
    void filesOfADeletedTopicAreRemoved(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("removed", 1);
        clients.produce(new TopicPartition("removed", 0), "value");
        for (int id = 1; id <= cluster.brokers(); id++) {
            assertThat(cluster.data(id).resolve("removed-0")).isDirectory();
        }
        try (Admin admin = clients.admin()) {
            Clients.get(admin.deleteTopics(List.of("removed")).all());
        }
        for (int id = 1; id <= cluster.brokers(); id++) {
            var directory = cluster.data(id).resolve("removed-0");
            Await.untilAsserted(() -> assertThat(directory).doesNotExist());
        }
    }

    @Test
    void whatCannotBeIsRefusedWithKafkasErrors(Clients clients) throws Exception {
        clients.createTopic("exists", 1);
        assertRefused(clients, new NewTopic("exists", 1, (short) 3), TopicExistsException.class);
        assertRefused(clients, new NewTopic("four", 1, (short) 4), InvalidReplicationFactorException.class);
        assertRefused(clients, new NewTopic("no-partitions", 0, (short) 3), InvalidPartitionsException.class);
        assertRefused(clients, new NewTopic("a/b", 1, (short) 3), InvalidTopicException.class);
        assertRefused(clients, new NewTopic("..", 1, (short) 3), InvalidTopicException.class);
        assertRefused(clients, new NewTopic("x".repeat(250), 1, (short) 3), InvalidTopicException.class);
    }

    private static void assertRefused(Clients clients, NewTopic topic, Class<? extends Exception> error) {
        try (Admin admin = clients.admin()) {
            assertThatThrownBy(
                            () -> Clients.get(admin.createTopics(List.of(topic)).all()))
                    .isInstanceOf(error)
                    .message()
                    .isNotBlank();
        }
    }

    @Test
    void replicasAreWhereTheyWereAskedFor(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            Map<Integer, List<Integer>> asked = Map.of(0, List.of(3, 1), 1, List.of(2, 3), 2, List.of(1, 2));
            Clients.get(
                    admin.createTopics(List.of(new NewTopic("assigned", asked))).all());
            Await.until("the first replica leads", () -> describe(admin, "assigned").partitions().stream()
                    .allMatch(partition -> partition.leader() != null
                            && partition.leader().id()
                                    == asked.get(partition.partition()).get(0)));
            for (TopicPartitionInfo partition : describe(admin, "assigned").partitions()) {
                assertThat(partition.replicas())
                        .extracting(Node::id)
                        .containsExactlyElementsOf(asked.get(partition.partition()));
            }
            clients.produce(new TopicPartition("assigned", 0), "on two of three brokers");
            assertThat(Clients.values(clients.consume("assigned", 1))).containsExactly("on two of three brokers");
        }
    }

    @Test
    void partitionsAreAddedAndServe(Clients clients) throws Exception {
        clients.createTopic("grows", 1);
        clients.produce(new TopicPartition("grows", 0), "first");
        try (Admin admin = clients.admin()) {
            Clients.get(admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(4)))
                    .all());
            Await.until(
                    "it has four", () -> describe(admin, "grows").partitions().size() == 4);
            clients.produce(new TopicPartition("grows", 3), "last");
            assertThat(Clients.values(clients.consume("grows", 2))).containsExactlyInAnyOrder("first", "last");
            assertThatThrownBy(() -> Clients.get(admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(2)))
                            .all()))
                    .isInstanceOf(InvalidPartitionsException.class);
        }
    }

    @Test
    void aTrialCreatesNothing(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            CreateTopicsResult trial = admin.createTopics(
                    List.of(new NewTopic("trial", Optional.of(2), Optional.empty())),
                    new CreateTopicsOptions().validateOnly(true));
            assertThat(Clients.get(trial.replicationFactor("trial"))).isEqualTo(3);
            assertThat(Clients.get(admin.listTopics().names())).doesNotContain("trial");
        }
    }

    @Test
    void aLargeTopicIsDescribedPageByPage(Clients clients) throws Exception {
        clients.createTopic("pages", 25);
        clients.createTopic("pages-2", 3);
        try (Admin admin = clients.admin()) {
            DescribeTopicsOptions options = new DescribeTopicsOptions().partitionSizeLimitPerResponse(4);
            Map<String, TopicDescription> found = Clients.get(
                    admin.describeTopics(List.of("pages", "pages-2"), options).allTopicNames());
            assertThat(found.get("pages").partitions())
                    .extracting(TopicPartitionInfo::partition)
                    .hasSize(25)
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(found.get("pages-2").partitions()).hasSize(3);
        }
    }

    @Test
    void theClusterDescribesItself(ProcessCluster cluster, Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            DescribeClusterResult described = admin.describeCluster();
            List<Node> nodes = new ArrayList<>(Clients.get(described.nodes()));
            assertThat(nodes).extracting(Node::id).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(nodes).allSatisfy(node -> {
                assertThat(node.port()).isEqualTo(cluster.port(node.id()));
                assertThat(node.rack()).isEqualTo("rack" + node.id());
            });
            assertThat(Clients.get(described.controller()).id()).isBetween(1, 3);
            assertThat(Clients.get(described.clusterId())).hasSize(22);
        }
    }

    @Test
    void logDirectoriesTellWhatTheyHold(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("sized", 2);
        clients.produce(new TopicPartition("sized", 1), "x".repeat(10_000));
        try (Admin admin = clients.admin()) {
            Await.untilAsserted(() -> {
                Map<Integer, Map<String, LogDirDescription>> described =
                        Clients.get(admin.describeLogDirs(List.of(1, 2, 3)).allDescriptions());
                for (int id = 1; id <= 3; id++) {
                    Map<String, LogDirDescription> directories = described.get(id);
                    assertThat(directories).containsOnlyKeys(cluster.data(id).toString());
                    LogDirDescription directory =
                            directories.get(cluster.data(id).toString());
                    assertThat(directory.error()).isNull();
                    assertThat(directory.usableBytes().orElse(0)).isPositive();
                    assertThat(directory.totalBytes().orElse(0))
                            .isGreaterThan(directory.usableBytes().orElse(0));
                    assertThat(directory
                                    .replicaInfos()
                                    .get(new TopicPartition("sized", 1))
                                    .size())
                            .isBetween(10_000L, 12_000L);
                }
            });
        }
    }

    @Test
    void anElectionNobodyNeedsIsNotHeld(Clients clients) throws Exception {
        clients.createTopic("elected", 3);
        Set<TopicPartition> partitions = Set.of(
                new TopicPartition("elected", 0), new TopicPartition("elected", 1), new TopicPartition("elected", 2));
        try (Admin admin = clients.admin()) {
            Await.until("preferred leaders lead", () -> describe(admin, "elected").partitions().stream()
                    .allMatch(partition -> partition.leader() != null
                            && partition.leader().id()
                                    == partition.replicas().get(0).id()));
            Map<TopicPartition, Optional<Throwable>> elected = Clients.get(
                    admin.electLeaders(ElectionType.PREFERRED, partitions).partitions());
            assertThat(elected.values().stream().map(Optional::orElseThrow))
                    .hasSize(3)
                    .allMatch(error -> error instanceof ElectionNotNeededException);
            TopicPartition unknown = new TopicPartition("elected", 17);
            assertThat(Clients.get(admin.electLeaders(ElectionType.PREFERRED, Set.of(unknown))
                                    .partitions())
                            .get(unknown))
                    .containsInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    private static TopicDescription describe(Admin admin, String topic) throws Exception {
        return Clients.get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }
}
