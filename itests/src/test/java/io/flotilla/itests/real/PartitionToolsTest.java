package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code flotilla partition} against brokers that run, and that do not. */
final class PartitionToolsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private ProcessCluster cluster;
    private Clients clients;

    @BeforeEach
    void start() {
        cluster = ProcessCluster.start(3, TestDirectory.empty("partition-tools"), Map.of());
        clients = new Clients(cluster.bootstrap());
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    private Command.Result flotilla(String... words) {
        return Command.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dflotilla.log.level=WARN",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.flotilla.broker.cli.Flotilla",
                        "partition")
                .and(words)
                .and("--bootstrap-server", cluster.bootstrap())
                .run();
    }

    @Test
    void explainFollowsAPartitionFromHealthToTheLossOfItsMajority() throws Exception {
        clients.createTopic("orders", 1);
        clients.produce(ORDERS, "a", "b", "c");
        assertThat(flotilla("explain", "orders-0").orFail().output())
                .startsWith("orders-0 is led by broker ")
                .contains("commits what is written", "high watermark 3", "brokers 1, 2 and 3 answer");
        assertThat(flotilla("explain", "__cluster_metadata-0").orFail().output())
                .startsWith("__cluster_metadata-0 is led by broker ");
        assertThat(flotilla("explain", "missing-0").orFail().output())
                .startsWith("missing-0 is not known to any broker that answers.");

        cluster.kill(3);
        Await.untilAsserted(
                () -> assertThat(flotilla("explain", "orders-0").orFail().output())
                        .contains("commits what is written", "Broker 3 does not answer", "brokers 1 and 2 answer"));

        cluster.kill(2);
        Await.untilAsserted(
                () -> assertThat(flotilla("explain", "orders-0").orFail().output())
                        .startsWith("orders-0 has no leader")
                        .contains("only broker 1 answers", "high watermark 3", "bring back one of brokers 2 and 3"));
        assertThat(flotilla("explain", "orders-0", "--json").orFail().output())
                .contains("\"verdict\": \"not-led\"", "\"leader\": null", "\"voters\": [");
    }

    @Test
    void aLostMajorityIsRecoveredFromTheSurvivorAndTheOthersComeBackEmpty() throws Exception {
        clients.createTopic("orders", 1);
        clients.createTopic("payments", 3);
        clients.produce(ORDERS, Clients.numbered("order", 100));
        for (int partition = 0; partition < 3; partition++) {
            clients.produce(new TopicPartition("payments", partition), "p" + partition);
        }
        // What the survivor knows of the last commits reaches it with the next heartbeat.
        Await.untilAsserted(() ->
                assertThat(flotilla("explain", "orders-0").orFail().output()).contains("high watermark 100"));
        assertThat(flotilla("recover", "--all").orFail().output()).contains("No partition has lost its majority");

        cluster.kill(2);
        cluster.kill(3);
        wipe(2);
        wipe(3);
        Await.untilAsserted(
                () -> assertThat(flotilla("recover", "--all").orFail().output())
                        .contains(
                                "__cluster_metadata-0, the cluster's metadata",
                                "orders-0\n  2 of 3 voters (1, 2 and 3) are needed to elect a leader and to commit; only broker 1"
                                        + " answers",
                                "Goes on alone: broker 1",
                                "Kept: offsets 0 to 99",
                                "payments-2",
                                "Nothing was done",
                                "flotilla partition recover --unsafe --yes --all"));
        assertThat(flotilla("explain", "orders-0").orFail().output())
                .as("nothing of the kind happens by itself")
                .startsWith("orders-0 has no leader");

        assertThat(flotilla("recover", "--unsafe", "--yes", "--all").orFail().output())
                .contains("orders-0: broker 1 is the only voter now", "It serves offsets 0 to 99");
        assertThat(cluster.logLines(1, "UNSAFE RECOVERY of orders-0")).hasSize(2);
        assertThat(Clients.values(clients.consume("orders", 100))).containsExactly(Clients.numbered("order", 100));
        clients.produce(ORDERS, "after");

        cluster.startBroker(2);
        cluster.startBroker(3);
        cluster.awaitReady();
        Await.untilAsserted(() -> {
            for (String partition :
                    List.of("__cluster_metadata-0", "orders-0", "payments-0", "payments-1", "payments-2")) {
                assertThat(flotilla("explain", partition).orFail().output())
                        .contains("2 of 3 voters (1, 2 and 3)", "brokers 1, 2 and 3 answer")
                        .doesNotContain("lacks", "being changed");
            }
        });
        cluster.kill(1);
        assertThat(Clients.values(clients.consume("orders", 101))).endsWith("after");
        clients.produce(ORDERS, "without the survivor");
    }

    @Test
    void aSurvivorThatStartsAloneIsRecoveredMetadataFirst() throws Exception {
        clients.createTopic("orders", 1);
        clients.produce(ORDERS, Clients.numbered("order", 100));
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(cluster.stop(broker)).isZero();
        }
        wipe(2);
        wipe(3);
        cluster.startBroker(1);
        Await.untilAsserted(
                () -> assertThat(flotilla("recover", "--all").orFail().output())
                        .contains("__cluster_metadata-0, the cluster's metadata", "Goes on alone: broker 1"));
        assertThat(flotilla("recover", "--unsafe", "--yes", "--all").orFail().output())
                .contains("__cluster_metadata-0: broker 1 is the only voter now")
                .contains("orders-0: broker 1 is the only voter now", "It serves offsets 0 to 99");
        cluster.awaitReady();
        assertThat(Clients.values(clients.consume("orders", 100))).containsExactly(Clients.numbered("order", 100));
        clients.produce(ORDERS, "after");
    }

    private void wipe(int broker) throws IOException {
        try (Stream<Path> files = Files.walk(cluster.data(broker))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
