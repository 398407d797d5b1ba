package io.flotilla.broker.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that stand in for brokers, started and stopped as the real ones are. */
class LocalClusterTest {
    private static final long TIMEOUT_MS = 20_000;

    @TempDir
    Path dir;

    private Path script;
    private int basePort;

    @BeforeEach
    void writeScript() throws IOException {
        basePort = freePorts();
        script = dir.resolve("flotilla");
        Files.writeString(
                script,
                "#!/usr/bin/env bash\nexec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' -Xmx32m -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path") + "' "
                        + ServingProcess.class.getName() + " \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @AfterEach
    void stopAll() throws Exception {
        LocalCluster.open(dir).stop(TIMEOUT_MS, broker -> {});
    }

    @Test
    void theFilesOfANewClusterNameAllItsBrokers() throws Exception {
        LocalCluster cluster = LocalCluster.create(dir, 5, 19_000);

        assertThat(cluster.bootstrap())
                .isEqualTo("127.0.0.1:19000,127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003,127.0.0.1:19004");
        BrokerConfig third = BrokerConfig.load(dir.resolve("broker-3/server.properties"), Map.of());
        assertThat(third.nodeId()).isEqualTo(3);
        assertThat(third.voters()).hasSize(5).containsEntry(3, new HostPort("127.0.0.1", 19_002));
        assertThat(third.logDirs()).containsExactly(dir.resolve("broker-3/data"));
        assertThat(cluster.brokers().get(2).metricsAddress().port()).isEqualTo(19_554);
        assertThat(cluster.running()).isEmpty();
    }

    @Test
    void brokersStartAreFoundAndStop() throws Exception {
        LocalCluster cluster = LocalCluster.create(dir, 2, basePort);
        List<Integer> ready = new ArrayList<>();

        cluster.start(script, null, TIMEOUT_MS, broker -> ready.add(broker.id()));

        assertThat(ready).containsExactlyInAnyOrder(1, 2);
        List<LocalBroker> found = LocalCluster.open(dir).running();
        assertThat(found).extracting(LocalBroker::id).containsExactly(1, 2);
        assertThat(found).allMatch(LocalBroker::ready);

        long firstPid = found.get(0).process().orElseThrow().pid();
        ProcessHandle second = found.get(1).process().orElseThrow();
        second.destroyForcibly();
        second.onExit().join();
        assertThat(LocalCluster.open(dir).running()).extracting(LocalBroker::id).containsExactly(1);

        // Only the one that is down is started again.
        LocalCluster.open(dir).start(script, null, TIMEOUT_MS, broker -> {});
        assertThat(LocalCluster.open(dir).running()).hasSize(2);
        assertThat(found.get(0).process().orElseThrow().pid()).isEqualTo(firstPid);

        List<Integer> killed = new ArrayList<>();
        LocalCluster.open(dir).stop(TIMEOUT_MS, broker -> killed.add(broker.id()));
        assertThat(killed).isEmpty();
        assertThat(LocalCluster.open(dir).running()).isEmpty();
        assertThat(dir.resolve("broker-1/pid")).doesNotExist();
    }

    @Test
    void aPidFileThatNamesAnotherProgramIsNotBelieved() throws Exception {
        LocalBroker broker = LocalCluster.create(dir, 1, basePort).brokers().get(0);
        for (String pid : List.of(Long.toString(ProcessHandle.current().pid()), "999999999", "-1", "nonsense", "")) {
            Files.writeString(dir.resolve("broker-1/pid"), pid);
            assertThat(broker.process()).as(pid).isEmpty();
        }
    }

    @Test
    void aPortThatIsTakenIsNamedAndNothingIsStarted() throws Exception {
        LocalCluster cluster = LocalCluster.create(dir, 2, basePort);
        try (ServerSocket taken = new ServerSocket(basePort + 1, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> cluster.start(script, null, TIMEOUT_MS, broker -> {}))
                    .isInstanceOf(LocalClusterException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " on 127.0.0.1")
                    .hasMessageContaining("broker 2");
        }
        assertThat(cluster.running()).isEmpty();
    }

    @Test
    void aBrokerThatEndsAtOnceIsReportedWithTheEndOfItsLog() throws Exception {
        LocalCluster.create(dir, 1, basePort);
        Files.writeString(dir.resolve("broker-1/server.properties"), "broker.rack=r\n", StandardOpenOption.APPEND);

        assertThatThrownBy(() -> LocalCluster.open(dir).start(script, null, TIMEOUT_MS, broker -> {}))
                .isInstanceOf(LocalClusterException.class)
                .hasMessageContaining("broker 1 ended with exit code 1")
                .hasMessageContaining("the rack is on fire");
    }

    @Test
    void deletingLeavesEverythingElseInTheDirectory() throws Exception {
        LocalCluster.create(dir, 2, basePort);
        Path bystander = Files.writeString(dir.resolve("notes.txt"), "mine");

        LocalCluster.delete(dir);

        assertThat(LocalCluster.open(dir).brokers()).isEmpty();
        assertThat(bystander).exists();
    }

    /** A base port with free ports after it, also where metrics go. */
    private static int freePorts() throws IOException {
        for (int port = 21_000; port < 40_000; port += 10) {
            if (free(port)
                    && free(port + 1)
                    && free(port + LocalCluster.METRICS_OFFSET)
                    && free(port + 1 + LocalCluster.METRICS_OFFSET)) {
                return port;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean free(int port) {
        try {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
