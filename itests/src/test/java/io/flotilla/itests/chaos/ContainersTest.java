package io.flotilla.itests.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.check.Event.Note;
import io.flotilla.check.History;
import io.flotilla.check.Violation;
import io.flotilla.itests.real.Command;
import io.flotilla.itests.real.TestDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

/**
 * Three containers of the project's image, one of which loses its network and gets it back, under clients on the host. Needs a Docker
 * engine, the distribution that {@code mvn package} makes, and the image's base: {@code FLOTILLA_BASE_IMAGE} in the environment names one
 * that is there, for where none can be pulled.
 */
final class ContainersTest {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 6;
    private static final int CUT_OFF = 2;
    private static final int CUT_OFF_SECONDS = 5;
    private static final int SHOWN = 10;
    private static final String BASE = System.getenv().getOrDefault("FLOTILLA_BASE_IMAGE", "eclipse-temurin:17-jre");
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void aContainerLosesItsNetworkAndGetsItBack() throws Exception {
        assumeTrue(dockerAnswers(), "no Docker engine answers");
        assumeTrue(
                Command.of("bash", "-c", "ls -d ../broker/target/flotilla-*/flotilla-*")
                        .works(),
                "there is no distribution in broker/target; `mvn package` makes it");
        assumeTrue(Containers.isThere(BASE), "there is no image " + BASE + ", and none can be pulled");
        Path directory = TestDirectory.empty("containers");
        long begin = System.nanoTime();
        History history = new History(() -> (System.nanoTime() - begin) / 1_000_000);
        Containers.build(PROJECT, BASE);
        try (Containers cluster = new Containers(BROKERS);
                Workload workload = new Workload(cluster.bootstrap(), PARTITIONS, history)) {
            workload.awaitProgress(Settling.RECOVERY);
            workload.longestGap();
            cluster.disconnect(CUT_OFF);
            history.add(new Note("container " + CUT_OFF + " has no network"));
            TimeUnit.SECONDS.sleep(CUT_OFF_SECONDS);
            workload.awaitProgress(Settling.RECOVERY);
            cluster.connect(CUT_OFF);
            history.add(new Note("container " + CUT_OFF + " has its network back"));
            workload.awaitProgress(Settling.RECOVERY);
            System.out.printf(
                    "longest time without acknowledgements of a partition: %d ms%n",
                    workload.longestGap().toMillis());
            List<Violation> violations = new Settling(history, workload, () -> cluster.copyData(directory)).settle();
            assertThat(violations).as(Violation.report(violations, SHOWN)).isEmpty();
        }
    }

    /** An engine that Testcontainers cannot use, because it would have to pull an image say, counts as none. */
    private static boolean dockerAnswers() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
