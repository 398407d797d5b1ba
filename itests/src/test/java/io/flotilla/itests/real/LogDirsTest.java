package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Brokers with two log directories each, real tools that look into them, and directories that fail and come back. */
final class LogDirsTest {
    private static final int PARTITIONS = 4;

    private Path directory;
    private ProcessCluster cluster;
    private Clients clients;

    @BeforeEach
    void start() {
        directory = TestDirectory.empty("logdirs");
        String each = directory.resolve("broker-" + ProcessCluster.ID).toString();
        cluster = ProcessCluster.start(
                3, directory, Map.of("log.dirs", each + "/a," + each + "/b", "log.segment.bytes", "100000"));
        clients = new Clients(cluster.bootstrap());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Path path(int broker, String name) {
        return directory.resolve("broker-" + broker).resolve(name);
    }

    private ReplicaLogDirInfo where(String topic, int partition, int broker) throws Exception {
        TopicPartitionReplica replica = new TopicPartitionReplica(topic, partition, broker);
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.describeReplicaLogDirs(List.of(replica)).all())
                    .get(replica);
        }
    }

    /** The partitions of a topic that lie in a directory of a broker. */
    private List<Integer> in(String topic, int broker, String name) throws Exception {
        List<Integer> found = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (path(broker, name)
                    .toString()
                    .equals(where(topic, partition, broker).getCurrentReplicaLogDir())) {
                found.add(partition);
            }
        }
        return found;
    }

    private LogDirDescription describe(int broker, String name) throws Exception {
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.describeLogDirs(List.of(broker)).allDescriptions())
                    .get(broker)
                    .get(path(broker, name).toString());
        }
    }

    private String reassignment(String topic, String directoryName) {
        return "{\"version\": 1, \"partitions\": ["
                + IntStream.range(0, PARTITIONS)
                        .mapToObj(partition -> "{\"topic\": \"%s\", \"partition\": %d, \"replicas\": [1, 2, 3], "
                                        .formatted(topic, partition)
                                + "\"log_dirs\": ["
                                + IntStream.rangeClosed(1, 3)
                                        .mapToObj(broker -> "\"" + path(broker, directoryName) + "\"")
                                        .collect(Collectors.joining(", "))
                                + "]}")
                        .collect(Collectors.joining(", "))
                + "]}";
    }

    @Test
    void kafkasToolsMoveReplicasBetweenDirectories() throws Exception {
        clients.createTopic("moved", PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            clients.produce(new TopicPartition("moved", partition), Clients.numbered("v".repeat(1000), 300));
        }
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(in("moved", broker, "a")).as("spread over both").hasSizeBetween(1, PARTITIONS - 1);
        }
        Path file = directory.resolve("reassignment.json");
        Files.writeString(file, reassignment("moved", "b"));
        Command tool = KafkaToolsTest.tool("org.apache.kafka.tools.reassign.ReassignPartitionsCommand")
                .and("--bootstrap-server", clients.bootstrap(), "--reassignment-json-file", file.toString());
        assertThat(tool.and("--execute", "--replica-alter-log-dirs-throttle", "2000000")
                        .run()
                        .orFail()
                        .output())
                .contains("Successfully started moving log directory to " + path(1, "b")
                        + " for replica moved-0 with broker 1");
        for (int partition = 0; partition < PARTITIONS; partition++) {
            clients.produce(new TopicPartition("moved", partition), Clients.numbered("during", 10));
        }
        Await.untilAsserted(() -> assertThat(tool.and("--verify").run().orFail().output())
                .contains("Reassignment of replica moved-3-3 completed successfully")
                .doesNotContain("is still in progress"));
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(in("moved", broker, "b")).hasSize(PARTITIONS);
            try (var names = Files.list(path(broker, "a"))) {
                assertThat(names.map(name -> name.getFileName().toString()))
                        .noneMatch(name -> name.matches("moved-\\d"));
            }
        }
        assertThat(Clients.values(clients.consume("moved", PARTITIONS * 310))).contains(Clients.numbered("during", 10));
        assertThat(KafkaToolsTest.tool("org.apache.kafka.tools.LogDirsCommand")
                        .and("--bootstrap-server", clients.bootstrap(), "--describe", "--topic-list", "moved")
                        .run()
                        .orFail()
                        .output())
                .contains("\"logDir\":\"" + path(1, "b") + "\"", "\"isFuture\":false", "\"error\":null");
        assertThat(describe(1, "b").totalBytes().getAsLong()).isPositive();
        assertThat(describe(1, "b").usableBytes().getAsLong()).isPositive();
        movesGoOnAfterAKill("moved", 2, "b", "a");
        cluster.assertLogsClean();
    }

    private void movesGoOnAfterAKill(String topic, int broker, String from, String to) throws Exception {
        try (Admin admin = clients.admin()) {
            throttleMoves(admin, broker, AlterConfigOp.OpType.SET);
            Map<TopicPartitionReplica, String> wishes = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                wishes.put(
                        new TopicPartitionReplica(topic, partition, broker),
                        path(broker, to).toString());
            }
            Clients.get(admin.alterReplicaLogDirs(wishes).all());
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(where(topic, partition, broker).getFutureReplicaLogDir())
                        .isEqualTo(path(broker, to).toString());
            }
            // The first of them is in the middle of it, and has a minute to wait.
            throttleMoves(admin, broker, AlterConfigOp.OpType.DELETE);
        }
        cluster.kill(broker);
        cluster.startBroker(broker);
        cluster.awaitReady();
        Await.untilAsserted(() -> assertThat(in(topic, broker, to)).hasSize(PARTITIONS));
        assertThat(in(topic, broker, from)).isEmpty();
    }

    /** Makes a segment take a minute, or not any more. */
    private static void throttleMoves(Admin admin, int broker, AlterConfigOp.OpType what) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
        ConfigEntry limit = new ConfigEntry("replica.alter.log.dirs.io.max.bytes.per.second", "1500");
        Clients.get(admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(limit, what))))
                .all());
        // Answered once the broker knows.
        Clients.get(admin.describeConfigs(List.of(resource)).all());
    }

    @Test
    void whatCannotBeMovedIsSaid() throws Exception {
        clients.createTopic("stays", 1);
        TopicPartitionReplica replica = new TopicPartitionReplica("stays", 0, 1);
        try (Admin admin = clients.admin()) {
            assertThatThrownBy(() -> Clients.get(admin.alterReplicaLogDirs(Map.of(replica, "/nowhere"))
                            .all()))
                    .isInstanceOf(LogDirNotFoundException.class);
        }
    }

    @Test
    void aDirectoryThatFailsTakesOnlyItsReplicasWithIt() throws Exception {
        clients.createTopic("spread", PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            clients.produce(new TopicPartition("spread", partition), Clients.numbered("before", 50));
        }
        List<Integer> lost = in("spread", 2, "b");
        assertThat(lost).isNotEmpty();
        Files.move(path(2, "b"), path(2, "b-away"));
        Await.until("the directory is given up", () -> !cluster.logLines(2, "takes no more writes")
                .isEmpty());
        Await.untilAsserted(() -> assertThat(in("spread", 2, "a")).hasSize(PARTITIONS));
        assertThat(describe(2, "b").error()).isInstanceOf(KafkaStorageException.class);
        assertThat(cluster.metric("flotilla_log_directories_failed").get(1)).isEqualTo(1);
        produceToAllAndAwaitEqualCopies("during", 2, "a", lost);

        assertThat(cluster.stop(2)).isZero();
        Files.move(path(2, "b-away"), path(2, "b"));
        cluster.startBroker(2);
        cluster.awaitReady();
        assertThat(in("spread", 2, "a")).hasSize(PARTITIONS);
        assertThat(cluster.logLines(2, "is back after this broker has been without it"))
                .isNotEmpty();
        try (var names = Files.list(path(2, "b"))) {
            assertThat(names.map(name -> name.getFileName().toString()))
                    .filteredOn(name -> name.startsWith("spread-"))
                    .hasSize(lost.size())
                    .allMatch(name -> name.endsWith("-stray"));
        }
        produceToAllAndAwaitEqualCopies("after", 2, "a", lost);
    }

    private void produceToAllAndAwaitEqualCopies(String what, int broker, String name, List<Integer> partitions)
            throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            clients.produce(new TopicPartition("spread", partition), Clients.numbered(what, 20));
        }
        for (int partition : partitions) {
            String segment = "spread-" + partition + "/00000000000000000000.log";
            Await.until(
                    "the copies are equal",
                    () -> size(path(broker, name).resolve(segment))
                            == Math.max(
                                    size(path(1, "a").resolve(segment)),
                                    size(path(1, "b").resolve(segment))));
        }
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : -1;
    }

    @Test
    void aBrokerStartsWithoutADirectoryAndStopsWithoutTheMetadata() throws Exception {
        clients.createTopic("spread", PARTITIONS);
        cluster.kill(2);
        Files.move(path(2, "b"), path(2, "b-away"));
        Files.writeString(path(2, "b"), "a file where a directory should be");
        cluster.startBroker(2);
        cluster.awaitReady();
        assertThat(cluster.logLines(2, "This broker starts without it")).isNotEmpty();
        Await.untilAsserted(() -> assertThat(in("spread", 2, "a")).hasSize(PARTITIONS));

        cluster.kill(2);
        Files.delete(path(2, "b"));
        Files.move(path(2, "b-away"), path(2, "b"));
        Files.move(path(2, "a"), path(2, "a-away"));
        Files.writeString(path(2, "a"), "a file where a directory should be");
        cluster.startBroker(2);
        Await.until(
                "it says why it does not start", () -> cluster.log(2).contains("the cluster metadata may be there"));
    }
}
