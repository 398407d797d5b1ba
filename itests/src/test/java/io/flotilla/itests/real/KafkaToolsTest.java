package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's own command-line tools, each in a JVM of its own as its script runs it; what they print is checked. */
@ExtendWith(SharedCluster.class)
final class KafkaToolsTest {
    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final String TOPICS = TOOLS + "TopicCommand";
    private static final String GROUPS = TOOLS + "consumer.group.ConsumerGroupCommand";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";

    @Test
    void topics(Clients clients) {
        Command topics = tool(TOPICS).and("--bootstrap-server", clients.bootstrap());
        Command one = topics.and("--topic", "tool-topics");
        assertThat(one.and(
                                "--create",
                                "--partitions",
                                "3",
                                "--replication-factor",
                                "3",
                                "--config",
                                "retention.ms=1000000")
                        .run()
                        .orFail()
                        .output())
                .contains("Created topic tool-topics.");
        assertThat(topics.and("--list").run().orFail().lines()).contains("tool-topics");
        one.and("--alter", "--partitions", "4").run().orFail();
        Await.untilAsserted(
                () -> assertThat(one.and("--describe").run().orFail().output())
                        .contains("PartitionCount: 4")
                        .contains("ReplicationFactor: 3")
                        .contains("Configs: retention.ms=1000000")
                        .containsPattern(
                                "Partition: 3\\s+Leader: [123]\\s+Replicas: [123],[123],[123]\\s+Isr: [123],[123],[123]")
                        .doesNotContain("none"));
        assertThat(topics.and("--describe", "--unavailable-partitions")
                        .run()
                        .orFail()
                        .output())
                .doesNotContain("tool-topics");
        assertThat(one.and("--create").run())
                .returns(1, Command.Result::exit)
                .extracting(Command.Result::output)
                .asString()
                .contains("already exists");
        one.and("--delete").run().orFail();
        Await.untilAsserted(
                () -> assertThat(topics.and("--list").run().orFail().lines()).doesNotContain("tool-topics"));
    }

    @Test
    void consoleProducerAndConsumer(Clients clients) throws Exception {
        clients.createTopic("tool-console", 2);
        List<String> lines = List.of("a:one", "b:two", "c:three");
        tool(TOOLS + "ConsoleProducer")
                .and("--bootstrap-server", clients.bootstrap(), "--topic", "tool-console")
                .and("--reader-property", "parse.key=true", "--reader-property", "key.separator=:")
                .reading(lines)
                .run()
                .orFail();
        Command consumer = tool(TOOLS + "consumer.ConsoleConsumer")
                .and("--bootstrap-server", clients.bootstrap(), "--topic", "tool-console")
                .and("--formatter-property", "print.key=true", "--formatter-property", "key.separator=:");
        assertThat(consumer.and("--from-beginning", "--max-messages", "3")
                        .run()
                        .orFail()
                        .lines())
                .containsExactlyInAnyOrderElementsOf(lines);
        int partition = clients.consume("tool-console", 3).get(0).partition();
        assertThat(consumer.and("--partition", String.valueOf(partition), "--offset", "0", "--max-messages", "1")
                        .run()
                        .orFail()
                        .lines())
                .hasSize(1);
    }

    @Test
    void consumerGroups(Clients clients) throws Exception {
        clients.createTopic("tool-groups", 1);
        clients.produce(new TopicPartition("tool-groups", 0), Clients.numbered("value", 5));
        tool(TOOLS + "consumer.ConsoleConsumer")
                .and("--bootstrap-server", clients.bootstrap(), "--topic", "tool-groups", "--group", "tool-groups")
                .and("--from-beginning", "--max-messages", "5")
                .run()
                .orFail();
        clients.produce(new TopicPartition("tool-groups", 0), "not read yet");
        Command groups = tool(GROUPS).and("--bootstrap-server", clients.bootstrap());
        Command one = groups.and("--group", "tool-groups");
        assertThat(groups.and("--list").run().orFail().lines()).contains("tool-groups");
        assertThat(one.and("--describe").run().orFail().output())
                .containsPattern("tool-groups\\s+tool-groups\\s+0\\s+5\\s+6\\s+1\\s");
        assertThat(one.and("--describe", "--state").run().orFail().output()).containsPattern("tool-groups.*Empty\\s+0");
        assertThat(one.and("--reset-offsets", "--topic", "tool-groups", "--to-offset", "2", "--execute")
                        .run()
                        .orFail()
                        .output())
                .containsPattern("tool-groups\\s+tool-groups\\s+0\\s+2");
        assertThat(one.and("--describe").run().orFail().output())
                .containsPattern("tool-groups\\s+tool-groups\\s+0\\s+2\\s+6\\s+4\\s");
        assertThat(one.and("--delete-offsets", "--topic", "tool-groups")
                        .run()
                        .orFail()
                        .output())
                .contains("Successful");
        assertThat(one.and("--delete").run().orFail().output()).contains("was successful");
        assertThat(groups.and("--list").run().orFail().lines()).doesNotContain("tool-groups");
    }

    @Test
    void aGroupAtWork(Clients clients) throws Exception {
        clients.createTopic("tool-members", 2);
        try (PollingMember member =
                PollingMember.of(clients, "tool-members", "tool-members", Map.of("client.id", "tool-client"))) {
            Await.until("it has both partitions", () -> member.assignment().size() == 2);
            assertThat(tool(GROUPS)
                            .and("--bootstrap-server", clients.bootstrap(), "--group", "tool-members")
                            .and("--describe", "--members", "--verbose")
                            .run()
                            .orFail()
                            .output())
                    .contains("/127.0.0.1")
                    .contains("tool-client")
                    .contains("tool-members:0,1");
        }
    }

    @Test
    void configs(Clients clients) throws Exception {
        clients.createTopic("tool-configs", 1);
        Command configs = tool(CONFIGS)
                .and("--bootstrap-server", clients.bootstrap(), "--entity-type", "topics")
                .and("--entity-name", "tool-configs");
        assertThat(configs.and("--alter", "--add-config", "max.message.bytes=5000")
                        .run()
                        .orFail()
                        .output())
                .contains("Completed updating config for topic tool-configs.");
        Await.untilAsserted(
                () -> assertThat(configs.and("--describe").run().orFail().output())
                        .contains("max.message.bytes=5000")
                        .contains("DYNAMIC_TOPIC_CONFIG"));
        configs.and("--alter", "--delete-config", "max.message.bytes").run().orFail();
        Await.untilAsserted(() ->
                assertThat(configs.and("--describe").run().orFail().output()).doesNotContain("max.message.bytes"));
        assertThat(tool(CONFIGS)
                        .and("--bootstrap-server", clients.bootstrap(), "--entity-type", "brokers")
                        .and("--entity-name", "1", "--describe", "--all")
                        .run()
                        .orFail()
                        .output())
                .contains("node.id=1")
                .contains("broker.rack=rack1");
    }

    @Test
    void offsetsLogDirsAndDeletionOfRecords(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("tool-offsets", 2);
        clients.produce(new TopicPartition("tool-offsets", 1), Clients.numbered("value", 10));
        Path request = TestDirectory.empty("delete-records").resolve("request.json");
        Files.writeString(
                request,
                "{\"partitions\": [{\"topic\": \"tool-offsets\", \"partition\": 1, \"offset\": 4}], \"version\": 1}");
        assertThat(tool(TOOLS + "DeleteRecordsCommand")
                        .and("--bootstrap-server", clients.bootstrap(), "--offset-json-file", request.toString())
                        .run()
                        .orFail()
                        .output())
                .containsPattern("tool-offsets-1\\s+low_watermark: 4");
        Command offsets = tool(TOOLS + "GetOffsetShell")
                .and("--bootstrap-server", clients.bootstrap(), "--topic", "tool-offsets");
        assertThat(offsets.and("--time", "earliest").run().orFail().lines())
                .containsExactly("tool-offsets:0:0", "tool-offsets:1:4");
        assertThat(offsets.run().orFail().lines()).containsExactly("tool-offsets:0:0", "tool-offsets:1:10");
        assertThat(tool(TOOLS + "LogDirsCommand")
                        .and("--bootstrap-server", clients.bootstrap(), "--describe", "--topic-list", "tool-offsets")
                        .run()
                        .orFail()
                        .output())
                .contains("\"broker\":1", "\"broker\":2", "\"broker\":3", "\"partition\":\"tool-offsets-1\"")
                .contains("\"logDir\":\"" + cluster.data(1) + "\"");
    }

    @Test
    void performanceOfProducersAndConsumers(Clients clients) throws Exception {
        clients.createTopic("tool-perf", 3);
        assertThat(tool(TOOLS + "ProducerPerformance")
                        .and("--topic", "tool-perf", "--num-records", "20000", "--record-size", "100")
                        .and("--throughput", "-1", "--bootstrap-server", clients.bootstrap())
                        .run()
                        .orFail()
                        .output())
                .contains("20000 records sent");
        assertThat(tool(TOOLS + "ConsumerPerformance")
                        .and("--topic", "tool-perf", "--num-records", "20000")
                        .and("--bootstrap-server", clients.bootstrap())
                        .run()
                        .orFail()
                        .output())
                .contains(", 20000, ");
        assertThat(tool(TOOLS + "EndToEndLatency")
                        .and("--topic", "tool-perf", "--num-records", "50", "--producer-acks", "all")
                        .and("--record-size", "100", "--bootstrap-server", clients.bootstrap())
                        .run()
                        .orFail()
                        .output())
                .contains("Avg latency");
    }

    @Test
    void whatTheClusterSaysOfItself(Clients clients) {
        assertThat(tool(TOOLS + "ClusterTool")
                        .and("cluster-id", "--bootstrap-server", clients.bootstrap())
                        .run()
                        .orFail()
                        .output())
                .containsPattern("Cluster ID: [A-Za-z0-9_-]{22}");
        assertThat(tool(TOOLS + "BrokerApiVersionsCommand")
                        .and("--bootstrap-server", clients.bootstrap())
                        .run()
                        .orFail()
                        .output())
                .contains("id: 1 rack: rack1", "id: 2 rack: rack2", "id: 3 rack: rack3")
                .contains("Produce(0): 0 to 13 [usable: 13]");
        tool(TOOLS + "LeaderElectionCommand")
                .and("--bootstrap-server", clients.bootstrap())
                .and("--election-type", "preferred", "--all-topic-partitions")
                .run()
                .orFail();
    }

    @Test
    void segmentFilesAreKafkas(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("tool-dump", 1);
        clients.produce(new TopicPartition("tool-dump", 0), "dumped");
        Command dump = tool(TOOLS + "DumpLogSegments").and("--print-data-log", "--deep-iteration", "--files");
        for (int id = 1; id <= cluster.brokers(); id++) {
            String segment = cluster.data(id)
                    .resolve("tool-dump-0/00000000000000000000.log")
                    .toString();
            assertThat(dump.and(segment).run().orFail().output())
                    .contains("payload: dumped")
                    .contains("LeaderChange")
                    .contains("isvalid: true")
                    .doesNotContain("isvalid: false");
        }
    }

    @Test
    void indexFilesAreKafkas(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("tool-indexes", 1, Map.of("segment.bytes", "16384"));
        for (int i = 0; i < 10; i++) {
            clients.produce(new TopicPartition("tool-indexes", 0), Clients.numbered("v".repeat(100), 30));
        }
        Path partition = cluster.data(1).resolve("tool-indexes-0");
        Path timeIndex = partition.resolve("00000000000000000000.timeindex");
        Await.until("the first segment is closed", () -> Files.exists(timeIndex));
        Command dump = tool(TOOLS + "DumpLogSegments");
        assertThat(dump.and(
                                "--files",
                                partition.resolve("00000000000000000000.index").toString())
                        .run()
                        .orFail()
                        .output())
                .containsPattern("offset: \\d+ position: \\d+")
                .doesNotContain("ismatch");
        assertThat(dump.and("--files", timeIndex.toString()).run().orFail().output())
                .containsPattern("timestamp: \\d+ offset: \\d+")
                .doesNotContain("ismatch")
                .doesNotContain("not monotonic")
                .doesNotContain("could not find");
    }

    @Test
    void committedOffsetsAreStoredAsInKafka(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("tool-decoded", 1);
        clients.produce(new TopicPartition("tool-decoded", 0), "value");
        try (var consumer = clients.consumer(Map.of("group.id", "tool-decoded"))) {
            consumer.subscribe(List.of("tool-decoded"));
            Clients.poll(consumer, 1);
            consumer.commitSync();
        }
        int partition = Math.abs("tool-decoded".hashCode()) % 5;
        String segment = cluster.data(1)
                .resolve("__consumer_offsets-" + partition + "/00000000000000000000.log")
                .toString();
        Command dump = tool(TOOLS + "DumpLogSegments").and("--offsets-decoder", "--files", segment);
        Await.untilAsserted(() -> assertThat(dump.run().orFail().output())
                .contains("{\"group\":\"tool-decoded\",\"topic\":\"tool-decoded\",\"partition\":0}")
                .contains("\"offset\":1,"));
    }

    /** One of Kafka's tools, with the tests' class path; quiet, but for errors. */
    static Command tool(String main) {
        return Command.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback.xml",
                "-Dflotilla.log.level=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                main);
    }
}
