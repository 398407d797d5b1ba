package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.inspect.Problem;
import io.flotilla.log.inspect.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code flotilla log verify} on the directories of brokers at work, whose files change while they are read. */
@ExtendWith(SharedCluster.class)
final class LogVerifyTest {
    @Test
    void aRunningBrokersLogsAreGood(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic("verified", 2, Map.of("segment.bytes", "16384", "retention.bytes", "65536"));
        try (Load load = new Load(clients, "verified", 2, 2000)) {
            load.start();
            for (int round = 0; round < 3; round++) {
                for (int id = 1; id <= cluster.brokers(); id++) {
                    List<Problem> problems = new ArrayList<>();
                    Verifier.Totals totals = new Verifier(new JdkFileSystem(), problems::add).verify(cluster.data(id));
                    assertThat(problems).filteredOn(Problem::damage).isEmpty();
                    assertThat(totals.partitions()).isPositive();
                }
            }
        }
    }
}
