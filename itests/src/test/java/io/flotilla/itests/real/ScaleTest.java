package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What thousands of partitions cost on three brokers: measured and printed, not asserted, as it depends on the machine. Run
 * it alone with {@code mvn verify -Dflotilla.scale=2000 -Dtest=ScaleTest -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@EnabledIfSystemProperty(named = "flotilla.scale", matches = "[0-9]+", disabledReason = "a measurement, not a check")
final class ScaleTest {
    private static final int PARTITIONS = Integer.getInteger("flotilla.scale", 2000);
    private static final String TOPIC = "scale";
    private static final int IDLE_SECONDS = 30;

    /** Clock ticks per second in /proc, on every Linux that counts. */
    private static final double TICKS_PER_SECOND = 100;

    @Test
    void idleRestartAndFailover() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(3, TestDirectory.empty("scale"), Map.of())) {
            Clients clients = new Clients(cluster.bootstrap());
            try (Admin admin = clients.admin()) {
                long begin = System.nanoTime();
                clients.createTopic(TOPIC, PARTITIONS);
                awaitLeaders(admin, -1);
                report("all of %d partitions led after creation", begin);
                TimeUnit.SECONDS.sleep(IDLE_SECONDS);
                System.out.printf("idle CPU of each broker, %% of a core: %s%n", idleCpu(cluster, List.of(1, 2, 3)));

                begin = System.nanoTime();
                cluster.stop(3);
                cluster.startBroker(3);
                cluster.awaitReady();
                report("broker 3 of %d partitions stopped, started and ready", begin);
                awaitLeaders(admin, -1);

                begin = System.nanoTime();
                cluster.kill(1);
                awaitLeaders(admin, 1);
                report("all of %d partitions led again after kill -9", begin);
                System.out.printf(
                        "idle CPU while a broker is down, %% of a core: %s%n", idleCpu(cluster, List.of(2, 3)));
            }
            cluster.assertLogsClean();
        }
    }

    private static void report(String what, long begin) {
        System.out.printf(
                what + ": %d ms%n",
                PARTITIONS,
                Duration.ofNanos(System.nanoTime() - begin).toMillis());
    }

    private static void awaitLeaders(Admin admin, int dead) {
        Await.until("every partition has a living leader", () -> {
            List<TopicPartitionInfo> partitions = Clients.get(
                            admin.describeTopics(List.of(TOPIC)).allTopicNames())
                    .get(TOPIC)
                    .partitions();
            assertThat(partitions).hasSize(PARTITIONS);
            return partitions.stream()
                    .allMatch(partition ->
                            partition.leader() != null && partition.leader().id() != dead);
        });
    }

    private static List<String> idleCpu(ProcessCluster cluster, List<Integer> brokers) throws Exception {
        double[] before = cpuSeconds(cluster, brokers);
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        double[] after = cpuSeconds(cluster, brokers);
        return IntStream.range(0, before.length)
                .mapToObj(i -> String.format("%.1f", 100 * (after[i] - before[i]) / IDLE_SECONDS))
                .toList();
    }

    private static double[] cpuSeconds(ProcessCluster cluster, List<Integer> brokers) throws Exception {
        double[] seconds = new double[brokers.size()];
        for (int i = 0; i < seconds.length; i++) {
            String stat = Files.readString(Path.of("/proc", String.valueOf(cluster.pid(brokers.get(i))), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            seconds[i] = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        }
        return seconds;
    }
}
