package io.flotilla.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerPropertiesTest {
    private static final List<Integer> PORTS = List.of(20_001, 20_002, 20_003);
    private static final List<Integer> OTHER_PORTS = List.of(20_004, 20_005, 20_006);

    private static Properties properties(SystemUnderTest system) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(ServerProperties.of(system, 2, PORTS, OTHER_PORTS, Path.of("/tmp/data-2"))));
        return properties;
    }

    @ParameterizedTest
    @EnumSource
    void allSystemsReplicateAlike(SystemUnderTest system) throws IOException {
        assertThat(properties(system))
                .containsEntry("default.replication.factor", "3")
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("broker.rack", "rack2")
                .containsEntry("log.dirs", "/tmp/data-2");
    }

    @Test
    void variantsDifferInOneLine() throws IOException {
        Properties kafka = properties(SystemUnderTest.KAFKA);
        kafka.put("log.flush.interval.messages", "1");
        assertThat(properties(SystemUnderTest.KAFKA_FSYNC)).isEqualTo(kafka);
        Properties flotilla = properties(SystemUnderTest.FLOTILLA);
        flotilla.put("write.caching", "true");
        assertThat(properties(SystemUnderTest.FLOTILLA_WRITE_CACHING)).isEqualTo(flotilla);
    }

    @Test
    void flotillaTakesThem(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("server.properties");
        Files.writeString(
                file, ServerProperties.of(SystemUnderTest.FLOTILLA, 2, PORTS, OTHER_PORTS, Path.of("/tmp/data-2")));

        assertThat(BrokerConfig.load(file, Map.of()).get(BrokerProperties.BROKER_RACK))
                .isEqualTo("rack2");
    }

    @Test
    void theKafkaThatIsFetchedIsTheOneThatTestsKnow() throws IOException {
        assertThat(Files.readString(Path.of("kafka/pom.xml")))
                .contains("<kafka.version>" + AppInfoParser.getVersion() + "</kafka.version>");
    }
}
