package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kafkajs, an implementation of its own in JavaScript. Installed once into {@code target/clients}, as the build script does, too. */
@ExtendWith(SharedCluster.class)
final class KafkaJsTest {
    private static final Path HOME = Path.of("target", "clients").toAbsolutePath();

    @BeforeAll
    static void isInstalled() throws IOException {
        assumeTrue(
                Command.of("node", "--version").works(),
                "Node.js is not installed; on Debian: apt-get install nodejs npm");
        Files.createDirectories(HOME);
        copy("package.json");
        copy("kafkajs_client.js");
        if (!Files.exists(HOME.resolve("node_modules/kafkajs/package.json"))) {
            assumeTrue(
                    Command.of("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=0")
                            .in(HOME)
                            .works(),
                    "npm could not install kafkajs; is npm there, and the network?");
        }
    }

    private static void copy(String name) throws IOException {
        try (InputStream resource = KafkaJsTest.class.getResourceAsStream("/clients/" + name)) {
            Files.copy(resource, HOME.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void createsATopic(Clients clients) {
        assertThat(node(clients, "create", "kafkajs-created", "3").output().strip())
                .isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip"})
    void producesAndConsumes(String compression, Clients clients) throws Exception {
        String topic = "kafkajs-" + compression;
        clients.createTopic(topic, 2);
        String[] values = Clients.numbered("value", 300);
        node(clients, "produce", topic, "300", compression);
        assertThat(Clients.values(clients.consume(topic, 300))).containsExactlyInAnyOrder(values);
        assertThat(node(clients, "group", topic, "300", topic).lines()).containsExactlyInAnyOrder(values);
    }

    @Test
    void aGroupGoesOnWhereItStopped(Clients clients) throws Exception {
        clients.createTopic("kafkajs-group", 1);
        clients.produce(new TopicPartition("kafkajs-group", 0), Clients.numbered("value", 10));
        List<String> first =
                node(clients, "group", "kafkajs-group", "6", "kafkajs-group").lines();
        List<String> second =
                node(clients, "group", "kafkajs-group", "4", "kafkajs-group").lines();
        assertThat(first).containsExactly(Clients.numbered("value", 6));
        assertThat(second).containsExactly("value6", "value7", "value8", "value9");
        assertThat(node(clients, "offsets", "kafkajs-group").output().strip()).isEqualTo("0 0 10");
    }

    private static Command.Result node(Clients clients, String... words) {
        return Command.of("node", "kafkajs_client.js", clients.bootstrap())
                .and(words)
                .in(HOME)
                .run()
                .orFail();
    }
}
