package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kafka-python, an implementation of its own in pure Python that speaks older versions of the protocol. */
@ExtendWith(SharedCluster.class)
final class KafkaPythonTest {
    /** The system's own Python, for which distributions package the library. */
    private static final String PYTHON = "/usr/bin/python3";

    @BeforeAll
    static void isInstalled() {
        assumeTrue(
                Command.of(PYTHON, "-c", "import kafka").works(),
                "kafka-python is not installed; on Debian: apt-get install python3-kafka");
    }

    @Test
    void createsATopic(Clients clients) {
        assertThat(python(clients, "create", "python-created", "3").output().strip())
                .isEqualTo("True");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip"})
    void producesAndConsumes(String compression, Clients clients) throws Exception {
        String topic = "python-" + compression;
        clients.createTopic(topic, 3);
        String[] values = Clients.numbered("value", 300);
        assertThat(python(clients, "produce", topic, "300", compression)
                        .output()
                        .strip())
                .isEqualTo("300");
        assertThat(Clients.values(clients.consume(topic, 300))).containsExactlyInAnyOrder(values);
        assertThat(python(clients, "consume", topic, "300").lines()).containsExactlyInAnyOrder(values);
    }

    @Test
    void readsWhatTheJavaClientWrote(Clients clients) throws Exception {
        clients.createTopic("python-reads", 1);
        TopicPartition partition = new TopicPartition("python-reads", 0);
        clients.produce(partition, Clients.numbered("value", 20));
        assertThat(python(clients, "consume", "python-reads", "20").lines())
                .containsExactly(Clients.numbered("value", 20));
        assertThat(python(clients, "offsets", "python-reads", "0").output().strip())
                .isEqualTo("0 20");
    }

    @Test
    void aGroupGoesOnWhereItStopped(Clients clients) throws Exception {
        clients.createTopic("python-group", 1);
        clients.produce(new TopicPartition("python-group", 0), Clients.numbered("value", 10));
        List<String> first =
                python(clients, "group", "python-group", "6", "python-group").lines();
        List<String> second =
                python(clients, "group", "python-group", "4", "python-group").lines();
        assertThat(first).containsExactly(Clients.numbered("value", 6));
        assertThat(second).containsExactly("value6", "value7", "value8", "value9");
    }

    private static Command.Result python(Clients clients, String... words) {
        return Command.of(PYTHON, script(), clients.bootstrap())
                .and(words)
                .run()
                .orFail();
    }

    private static String script() {
        try {
            return Path.of(KafkaPythonTest.class
                            .getResource("/clients/kafka_python_client.py")
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
