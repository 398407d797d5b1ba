package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat, and with it librdkafka, on which most clients outside Java are built. */
@ExtendWith(SharedCluster.class)
final class KcatTest {
    @BeforeAll
    static void isInstalled() {
        assumeTrue(Command.of("kcat", "-V").works(), "kcat is not installed; on Debian: apt-get install kcat");
    }

    @Test
    void listsBrokersAndTopics(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("kcat-listed", 3);
        Await.untilAsserted(
                () -> assertThat(kcat(clients).and("-L").run().orFail().output())
                        .contains("3 brokers:")
                        .contains("broker 2 at 127.0.0.1:" + cluster.port(2))
                        .contains("topic \"kcat-listed\" with 3 partitions:")
                        .doesNotContain("leader -1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void producesAndConsumes(String compression, Clients clients) throws Exception {
        String topic = "kcat-" + compression;
        clients.createTopic(topic, 1);
        List<String> lines = List.of(Clients.numbered("key:a value that compresses, compresses ", 200));
        kcat(clients)
                .and("-P", "-t", topic, "-K:", "-z", compression, "-X", "enable.idempotence=true", "-H", "from=kcat")
                .reading(lines)
                .run()
                .orFail();
        assertThat(kcat(clients)
                        .and("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k:%s\\n")
                        .run()
                        .orFail()
                        .lines())
                .isEqualTo(lines);
        ConsumerRecord<String, String> first = clients.consume(topic, 200).get(0);
        assertThat(first.key()).isEqualTo("key");
        assertThat(first.headers().lastHeader("from").value()).asString().isEqualTo("kcat");
    }

    @Test
    void readsWhatOthersWroteFromAnOffsetAndFromATime(Clients clients) throws Exception {
        clients.createTopic("kcat-seek", 1);
        clients.produce(new TopicPartition("kcat-seek", 0), Clients.numbered("value", 10));
        Command consume = kcat(clients).and("-C", "-t", "kcat-seek", "-p", "0", "-e", "-q");
        assertThat(consume.and("-o", "8").run().orFail().lines()).containsExactly("value8", "value9");
        assertThat(consume.and("-o", "-3").run().orFail().lines()).containsExactly("value7", "value8", "value9");
        assertThat(consume.and("-o", "s@1000").run().orFail().lines()).hasSize(10);
        assertThat(kcat(clients)
                        .and("-Q", "-t", "kcat-seek:0:-1")
                        .run()
                        .orFail()
                        .output())
                .contains("kcat-seek [0] offset 10");
    }

    @Test
    void aGroupGoesOnWhereItStopped(Clients clients) throws Exception {
        clients.createTopic("kcat-group", 2);
        clients.produce(new TopicPartition("kcat-group", 0), Clients.numbered("a", 5));
        clients.produce(new TopicPartition("kcat-group", 1), Clients.numbered("b", 5));
        Command group =
                kcat(clients).and("-G", "kcat-group", "-q", "-e", "-X", "auto.offset.reset=earliest", "kcat-group");
        assertThat(group.run().orFail().lines()).hasSize(10).doesNotHaveDuplicates();
        clients.produce(new TopicPartition("kcat-group", 1), "later");
        assertThat(group.run().orFail().lines()).containsExactly("later");
    }

    private static Command kcat(Clients clients) {
        return Command.of("kcat", "-b", clients.bootstrap());
    }
}
