package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
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
}
