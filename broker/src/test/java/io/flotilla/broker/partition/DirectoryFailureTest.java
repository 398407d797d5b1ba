package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.wire.frame.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Brokers with two log directories, of which one fails, and perhaps comes back. */
class DirectoryFailureTest {
    private static final String OTHER = "other";
    private static final int VICTIM = 2;

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final TestCluster cluster = new TestCluster(1, Map.of());
    private final List<String> expected = new ArrayList<>();

    @BeforeEach
    void start() {
        for (int id = 1; id <= 3; id++) {
            cluster.broker(id).addDirectory("/data2");
        }
        cluster.startAll();
        cluster.awaitLeader();
        cluster.createTopic(OTHER, 1);
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data");
        assertThat(path(cluster.replica(OTHER, VICTIM))).isEqualTo("/data2");
        produce("a");
        cluster.awaitEqualReplicas();
    }

    @AfterEach
    void stop() {
        cluster.stopAll();
    }

    private static String path(Replica replica) {
        return replica.directory().path().toString();
    }

    private void produce(String value) {
        ProduceResult result = cluster.produce(cluster.awaitLeader(), Batches.of(value));
        assertThat(result.error()).isEqualTo(ErrorCode.NONE);
        expected.add(result.baseOffset() + ":" + value);
    }

    private void failSyncs(int broker, String directory) {
        cluster.broker(broker).files.setFaults((operation, path) -> {
            if (operation == Operation.SYNC && path.startsWith(Path.of(directory))) {
                throw new IOException("broken");
            }
        });
    }

    private void heal(int broker) {
        cluster.broker(broker).files.setFaults((operation, path) -> {});
    }

    private boolean isForgetful(int broker) {
        return cluster.replica(broker).group().core().isForgetful();
    }

    private void awaitTakenIn(int broker) {
        cluster.await(() -> cluster.replica(broker) != null && !isForgetful(broker));
        cluster.awaitEqualReplicas();
        assertThat(cluster.records(broker)).isEqualTo(expected);
    }

    private List<String> names(int broker, String directory) throws IOException {
        return cluster.broker(broker).files.list(Path.of(directory));
    }

    @Test
    void onlyItsReplicasStopAndAreMadeAnewElsewhere() {
        failSyncs(VICTIM, "/data");
        produce("b");
        cluster.await(() -> cluster.replica(VICTIM).isFailed());
        assertThat(cluster.replica(OTHER, VICTIM).isServing()).isTrue();
        assertThat(cluster.replica(VICTIM).failure()).contains("/data").contains("broken");
        // Before metadata knows that the directory is away, a restart would take what is in it for the truth.
        cluster.loop.advance(5_000);
        assertThat(cluster.replica(VICTIM).isFailed()).isTrue();
        cluster.register(VICTIM);
        cluster.await(() ->
                cluster.replica(VICTIM) != null && !cluster.replica(VICTIM).isFailed());
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data2");
        awaitTakenIn(VICTIM);
        produce("c");
        heal(VICTIM);
    }

    @Test
    void whatIsMadeAnewDoesNotVoteBeforeItsGroupHasTakenItIn() {
        failSyncs(VICTIM, "/data");
        produce("b");
        cluster.await(() -> cluster.replica(VICTIM).isFailed());
        cluster.cutOff(VICTIM);
        cluster.register(VICTIM);
        cluster.await(() ->
                cluster.replica(VICTIM) != null && !cluster.replica(VICTIM).isFailed());
        assertThat(isForgetful(VICTIM)).isTrue();
        cluster.reconnect(VICTIM);
        awaitTakenIn(VICTIM);
        heal(VICTIM);
    }

    @Test
    void aDirectoryThatReturnsAfterwardsIsNotBelieved() throws IOException {
        failSyncs(VICTIM, "/data");
        produce("b");
        cluster.await(() -> cluster.replica(VICTIM).isFailed());
        cluster.register(VICTIM);
        awaitTakenIn(VICTIM);
        cluster.stop(VICTIM);
        heal(VICTIM);
        produce("c");
        cluster.start(VICTIM);
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data2");
        assertThat(isForgetful(VICTIM)).isFalse();
        awaitTakenIn(VICTIM);
        assertThat(names(VICTIM, "/data")).doesNotContain("topic-0").anyMatch(name -> name.endsWith("-stray"));
        cluster.stop(VICTIM);
        cluster.start(VICTIM);
        awaitTakenIn(VICTIM);
    }

    @Test
    void aDirectoryThatReturnsBeforeAnotherReplicaWasTakenInIsAsGoodAsEver() throws IOException {
        for (int broker = 1; broker <= 3; broker++) {
            cluster.stop(broker);
        }
        cluster.broker(VICTIM).breakDirectory("/data", true);
        cluster.start(VICTIM);
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data2");
        assertThat(isForgetful(VICTIM)).isTrue();
        cluster.stop(VICTIM);
        cluster.broker(VICTIM).breakDirectory("/data", false);
        cluster.start(VICTIM);
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data");
        assertThat(isForgetful(VICTIM)).isFalse();
        assertThat(names(VICTIM, "/data2")).doesNotContain("topic-0").anyMatch(name -> name.endsWith("-stray"));
        // Two of three are a majority only if this one counts.
        cluster.start(1);
        produce("b");
        cluster.start(3);
        cluster.awaitEqualReplicas();
        assertThat(cluster.records(3)).isEqualTo(expected);
    }

    @Test
    void aDirectoryThatReturnsRemembersNothingWhileOneIsAwayThatMayKnowMore() throws IOException {
        failSyncs(VICTIM, "/data");
        produce("b");
        cluster.await(() -> cluster.replica(VICTIM).isFailed());
        cluster.register(VICTIM);
        awaitTakenIn(VICTIM);
        cluster.stop(VICTIM);
        heal(VICTIM);
        cluster.broker(VICTIM).breakDirectory("/data2", true);
        cluster.stop(1);
        cluster.stop(3);
        cluster.start(VICTIM);
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data");
        assertThat(isForgetful(VICTIM)).isTrue();
        cluster.start(1);
        cluster.start(3);
        awaitTakenIn(VICTIM);
        produce("c");
        cluster.stop(VICTIM);
        cluster.broker(VICTIM).breakDirectory("/data2", false);
        cluster.start(VICTIM);
        // The newer one by far, whatever the other has been once.
        assertThat(path(cluster.replica(VICTIM))).isEqualTo("/data");
        awaitTakenIn(VICTIM);
        assertThat(names(VICTIM, "/data2")).doesNotContain("topic-0");
    }

    @Test
    void theOnlyReplicaWaitsForItsDirectory() {
        cluster.reassign(VICTIM);
        cluster.await(() -> !cluster.assignment().isPending());
        produce("b");
        cluster.stop(VICTIM);
        cluster.broker(VICTIM).breakDirectory("/data", true);
        cluster.start(VICTIM);
        assertThat(cluster.replica(VICTIM)).isNull();
        assertThat(cluster.broker(VICTIM).replicas().damaged().values())
                .singleElement()
                .asString()
                .contains("no other broker has a replica");
        cluster.stop(VICTIM);
        cluster.broker(VICTIM).breakDirectory("/data", false);
        cluster.start(VICTIM);
        produce("c");
        assertThat(cluster.records(VICTIM)).isEqualTo(expected);
    }

    @Test
    void aFullDirectoryAtTheStartDelaysOnlyItsOwnReplicas() {
        cluster.stop(VICTIM);
        cluster.broker(VICTIM).files.setFaults((operation, path) -> {
            if (operation == Operation.WRITE && path.startsWith(Path.of("/data"))) {
                throw new io.flotilla.log.fs.NoSpaceException("full", null);
            }
        });
        cluster.start(VICTIM);
        assertThat(cluster.replica(OTHER, VICTIM)).isNotNull();
        assertThat(cluster.replica(VICTIM)).isNull();
        heal(VICTIM);
        LogDirectory full = cluster.broker(VICTIM).directory("/data");
        cluster.await(() -> {
            try {
                full.upkeep(0);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return cluster.replica(VICTIM) != null;
        });
        assertThat(isForgetful(VICTIM)).isFalse();
        awaitTakenIn(VICTIM);
    }
}
