package io.flotilla.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerConfigTest {
    @TempDir
    Path dir;

    @Test
    void nodeIdAloneIsAClusterOfOne() {
        BrokerConfig config = BrokerConfig.of(Map.of("node.id", "7"));

        assertThat(config.nodeId()).isEqualTo(7);
        assertThat(config.listener()).isEqualTo(new HostPort("127.0.0.1", 9092));
        assertThat(config.advertised()).isEqualTo(config.listener());
        assertThat(config.voters()).containsOnlyKeys(7).containsValue(config.advertised());
        assertThat(config.offsetsReplicationFactor()).isEqualTo(1);
        assertThat(config.eventLoops()).isPositive();
        assertThat(config.get(BrokerProperties.BROKER_RACK)).isNull();
        assertThat(config.get(BrokerProperties.NUM_PARTITIONS)).isEqualTo(1);
        assertThat(config.explicit()).containsOnlyKeys("node.id");
    }

    @Test
    void aFileIsReadAsPropertiesAreAndOverridesReplaceIt() throws IOException {
        Path file = file(
                "# a comment \\",
                "node.id = 2",
                "listeners: PLAINTEXT://:9093",
                "advertised.listeners=PLAINTEXT://[::1]:9093",
                "controller.quorum.voters=1@localhost:9092,\\",
                "    2@[::1]:9093",
                "log.dirs = a, b",
                "num.partitions=3",
                "broker.rack=z\\u00fcrich-1");

        BrokerConfig config = BrokerConfig.load(file, Map.of("num.partitions", "4"));

        assertThat(config.listener()).isEqualTo(new HostPort("", 9093));
        assertThat(config.advertised()).isEqualTo(new HostPort("::1", 9093));
        assertThat(config.voters()).containsOnlyKeys(1, 2).containsEntry(1, new HostPort("localhost", 9092));
        assertThat(config.logDirs())
                .containsExactly(Path.of("a").toAbsolutePath(), Path.of("b").toAbsolutePath());
        assertThat(config.get(BrokerProperties.NUM_PARTITIONS)).isEqualTo(4);
        assertThat(config.get(BrokerProperties.BROKER_RACK)).isEqualTo("zürich-1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            num.partitions            | 0                        | '0' is not allowed; must be 1 to 10000
            num.partitions            | many                     | 'many' is not allowed; must be 1 to 10000
            num.partitions            | 3000000000               | '3000000000' is not allowed; must be 1 to 10000
            log.retention.bytes       | -2                       | '-2' is not allowed; must be -1 or more
            write.caching             | yes                      | 'yes' is not allowed; must be true or false
            log.cleanup.policy        | compact,shrink           | must be a comma-separated list of delete or compact
            log.message.timestamp.type| CreationTime             | must be CreateTime
            process.roles             | broker                   | must be broker,controller
            broker.rack               | ''                       | must not be empty
            listeners                 | SSL://127.0.0.1:9092     | must be PLAINTEXT://host:port
            listeners                 | PLAINTEXT://127.0.0.1    | has no port
            listeners                 | PLAINTEXT://::1:9092     | write an IPv6 address in [brackets]
            listeners                 | PLAINTEXT://h:70000      | '70000' is not a port
            listeners                 | PLAINTEXT://a:1,PLAINTEXT://b:2 | names several listeners
            controller.quorum.voters  | 127.0.0.1:9092           | must be id@host:port
            controller.quorum.voters  | 1@a:1,1@b:1              | this id stands twice
            controller.quorum.voters  | 1@a:1,2@a:1              | a:1 stands twice
            controller.quorum.voters  | x@a:1                    | 'x' is not a node id
            controller.quorum.voters  | 1@0.0.0.0:9092           | must name a host and port others can connect to
            log.dirs                  | a,,b                     | has an empty directory name
            log.dirs                  | a,a                      | names a directory twice
            """)
    void aMalformedValueIsRefusedWithWhatIsAllowed(String name, String value, String message) {
        assertThat(problems(Map.of("node.id", "1", name, value)))
                .singleElement()
                .asString()
                .contains(name)
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            num.partition             | did you mean num.partitions?
            log.segmet.byts           | did you mean log.segment.bytes?
            auto.create.topic.enable  | did you mean auto.create.topics.enable?
            Node.id                   | did you mean node.id?
            broker.id                 | write node.id
            zookeeper.connect         | there is no ZooKeeper
            controller.listener.names | share the one in `listeners`
            something.else            | docs/configuration.md lists all of them
            """)
    void anUnknownPropertyIsRefusedWithTheNearestName(String name, String hint) {
        assertThat(problems(Map.of("node.id", "1", name, "1")))
                .singleElement()
                .asString()
                .contains("unknown property " + name)
                .contains(hint);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            listeners                  | PLAINTEXT://0.0.0.0:9092 | listeners: nobody can connect to 0.0.0.0:9092
            listeners                  | PLAINTEXT://:9092        | set advertised.listeners
            advertised.listeners       | PLAINTEXT://[::]:9092    | advertised.listeners: nobody can connect to [::]:9092
            controller.quorum.voters   | 1@h:1,3@h:2              | gives this broker the address h:1
            default.replication.factor | 3                        | 3 is more than the number of brokers, 1
            offsets.topic.replication.factor | 3                  | 3 is more than the number of brokers, 1
            message.max.bytes          | 200000000                | is more than socket.request.max.bytes, 104857600
            queued.max.request.bytes   | 1000                     | is more than queued.max.request.bytes, 1000
            group.max.session.timeout.ms | 1000                   | 6000 is more than group.max.session.timeout.ms, 1000
            raft.election.timeout.ms   | 150                      | 100 is more than half of raft.election.timeout.ms, 75
            """)
    void valuesThatDoNotGoTogetherAreRefused(String name, String value, String message) {
        assertThat(problems(Map.of("node.id", "1", name, value)))
                .singleElement()
                .asString()
                .contains(message);
    }

    @Test
    void brokersMayReachABrokerOnAllInterfacesByAnotherNameThanClients() {
        Map<String, String> values = new TreeMap<>(Map.of(
                "node.id", "1",
                "listeners", "PLAINTEXT://:9092",
                "advertised.listeners", "PLAINTEXT://public:19092",
                "controller.quorum.voters", "1@inside:9092"));
        BrokerConfig config = BrokerConfig.of(values);
        assertThat(config.advertised()).hasToString("public:19092");
        assertThat(config.voters().get(1)).hasToString("inside:9092");

        values.put("controller.quorum.voters", "1@inside:9093");
        assertThat(problems(values)).singleElement().asString().contains("gives this broker the address inside:9093");
    }

    @Test
    void everyProblemIsNamedWithItsLine() throws IOException {
        Path file = file(
                "num.partitions=0",
                "",
                "num.partiton=1",
                "listeners=\\",
                "  x",
                "write.caching=true",
                "write.caching=false");

        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> BrokerConfig.load(file, Map.of("fetch.max.bytes", "x")));

        assertThat(refused.problems())
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).startsWith(file + ":1: num.partitions: "),
                        problem -> assertThat(problem).startsWith(file + ":3: unknown property num.partiton; did"),
                        problem -> assertThat(problem).startsWith(file + ":4: listeners: "),
                        problem -> assertThat(problem).startsWith(file + ":7: write.caching: is set a second time"),
                        problem -> assertThat(problem).startsWith("override: fetch.max.bytes: "),
                        problem -> assertThat(problem).startsWith(file + ": node.id must be set"));
    }

    @Test
    void aBrokenEscapeIsAProblemOfItsLine() throws IOException {
        Path file = file("node.id=1", "broker.rack=\\u00zz");

        assertThatThrownBy(() -> BrokerConfig.load(file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(file + ":2: ");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 168, 604800000",
        "log.retention.hours, 2, 7200000",
        "log.retention.minutes, 3, 180000",
        "log.retention.minutes, -1, -1",
        "log.retention.hours, -1, -1",
        "log.retention.ms, 17, 17",
        "log.retention.ms, -1, -1",
    })
    void retentionTakesTheFinestUnitThatIsSet(String name, String value, long expected) {
        Map<String, String> properties = new HashMap<>(Map.of("node.id", "1"));
        if (!name.isEmpty()) {
            properties.put(name, value);
        }
        assertThat(BrokerConfig.of(properties).logRetentionMs()).isEqualTo(expected);
    }

    @Test
    void rollTakesMillisecondsBeforeHours() {
        assertThat(BrokerConfig.of(Map.of("node.id", "1", "log.roll.hours", "1"))
                        .logRollMs())
                .isEqualTo(3_600_000);
        assertThat(BrokerConfig.of(Map.of("node.id", "1", "log.roll.hours", "1", "log.roll.ms", "5"))
                        .logRollMs())
                .isEqualTo(5);
    }

    @Test
    void dynamicValuesCountMoreThanTheFileAndTheBrokersOwnMost() {
        BrokerConfig config = BrokerConfig.of(Map.of("node.id", "1", "message.max.bytes", "1000"));

        BrokerConfig overlaid = config.overlaid(
                Map.of("message.max.bytes", "2000", "min.insync.replicas", "2"), Map.of("message.max.bytes", "3000"));

        assertThat(overlaid.get(BrokerProperties.MESSAGE_MAX_BYTES)).isEqualTo(3000);
        assertThat(overlaid.get(BrokerProperties.MIN_INSYNC_REPLICAS)).isEqualTo(2);
        assertThat(config.get(BrokerProperties.MESSAGE_MAX_BYTES)).isEqualTo(1000);
        assertThatThrownBy(() -> config.overlaid(Map.of("node.id", "2"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyAClearlyNearerNameIsSuggested() {
        List<String> names = List.of("topic", "produce", "consume");

        assertThat(NearestName.of("topci", names)).isEqualTo("topic");
        assertThat(NearestName.of("porduce", names)).isEqualTo("produce");
        assertThat(NearestName.of("cluster", names)).isNull();
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("ab", "ba")).isEqualTo(1);
    }

    private Path file(String... lines) throws IOException {
        return Files.write(dir.resolve("server.properties"), List.of(lines));
    }

    private static List<String> problems(Map<String, String> properties) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> BrokerConfig.of(properties));
        assertThat(refused).isNotNull();
        return refused.problems();
    }
}
