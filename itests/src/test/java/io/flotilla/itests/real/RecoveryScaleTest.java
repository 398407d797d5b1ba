package io.flotilla.itests.real;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How soon a broker with 1,000 partitions serves again, after a clean stop and after kill -9: measured and printed, not
 * asserted. Run it alone with {@code mvn verify -Dflotilla.recovery=1024 -Dtest=RecoveryScaleTest
 * -Dsurefire.failIfNoSpecifiedTests=false}; the number is how many megabytes the partitions hold in all.
 */
@EnabledIfSystemProperty(named = "flotilla.recovery", matches = "[0-9]+", disabledReason = "a measurement, not a check")
final class RecoveryScaleTest {
    private static final int MEGABYTES = Integer.getInteger("flotilla.recovery", 1024);
    private static final int PARTITIONS = 1000;
    private static final int RECORD_BYTES = 10_000;
    private static final String TOPIC = "recovery";

    @Test
    void startsAfterACleanStopAndAfterAKill() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(1, TestDirectory.empty("recovery"), Map.of())) {
            Clients clients = new Clients(cluster.bootstrap());
            try (Admin admin = clients.admin()) {
                NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) 1);
                Clients.get(admin.createTopics(List.of(topic)).all());
            }
            fill(clients);
            for (int round = 0; round < 2; round++) {
                cluster.stop(1);
                start(cluster, "a clean stop");
                cluster.kill(1);
                start(cluster, "kill -9");
            }
            fill(clients);
            cluster.kill(1);
            start(cluster, "as much again and kill -9");
            cluster.assertLogsClean();
        }
    }

    private static void fill(Clients clients) {
        String value = new Random(1)
                .ints(RECORD_BYTES, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        try (KafkaProducer<String, String> producer =
                clients.producer(Map.of("batch.size", 64 << 10, "linger.ms", 50))) {
            long records = ((long) MEGABYTES << 20) / RECORD_BYTES;
            for (long i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(TOPIC, (int) (i % PARTITIONS), null, value));
            }
        }
    }

    private static void start(ProcessCluster cluster, String after) throws Exception {
        long begin = System.nanoTime();
        cluster.startBroker(1);
        cluster.awaitReady();
        System.out.printf(
                "%d partitions, %d MB: ready %d ms after the start, after %s%n",
                PARTITIONS,
                MEGABYTES,
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                after);
    }
}
