package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.wire.frame.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that move between the log directories of their broker. */
class ReplicaMovesTest {
    private static final int MOST_STEPS = 500;
    private static final PartitionId ID = new PartitionId(TestCluster.topicId(TestCluster.TOPIC), 0);
    private static final String LOG = TestCluster.TOPIC + "-0";

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private TestCluster cluster;
    private final List<String> expected = new ArrayList<>();

    private void start(long seed) {
        cluster = new TestCluster(seed, Map.of("segment.bytes", "16384"));
        expected.clear();
        for (int id = 1; id <= 3; id++) {
            cluster.broker(id).addDirectory("/data2");
        }
        cluster.startAll();
        for (int i = 0; i < 5; i++) {
            produce(i + "-" + "x".repeat(6_000));
        }
        cluster.awaitEqualReplicas();
    }

    private void produce(String value) {
        ProduceResult result = cluster.produce(cluster.awaitLeader(), Batches.of(value));
        assertThat(result.error()).isEqualTo(ErrorCode.NONE);
        expected.add(result.baseOffset() + ":" + value);
    }

    private CompletableFuture<ErrorCode> ask(int broker, String directory) {
        TestBroker on = cluster.broker(broker);
        CompletableFuture<ErrorCode> answer = on.moves().ask(ID, on.directory(directory));
        cluster.loop.run();
        return answer;
    }

    private List<ReplicaMoves.Future> futures(int broker) {
        CompletableFuture<List<ReplicaMoves.Future>> futures =
                cluster.broker(broker).moves().futures();
        cluster.loop.run();
        return futures.join();
    }

    private String directory(int broker) {
        Replica replica = cluster.replica(broker);
        return replica == null ? null : replica.directory().path().toString();
    }

    private void awaitIn(int broker, String directory) {
        cluster.await(() -> directory.equals(directory(broker)));
    }

    private void assertAllHaveAll() {
        cluster.awaitLeader();
        cluster.awaitEqualReplicas();
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(cluster.records(broker)).as("broker " + broker).isEqualTo(expected);
        }
    }

    private boolean isOnDisk(int broker, String directory) throws IOException {
        return cluster.broker(broker).files.list(Path.of(directory)).contains(LOG);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReplicaMovesThereAndBackWhileItServes(boolean leader) throws IOException {
        start(1);
        int mover = leader ? cluster.awaitLeader() : cluster.awaitLeader() % 3 + 1;
        for (String target : List.of("/data2", "/data", "/data2")) {
            int term = cluster.replica(mover).term();
            assertThat(ask(mover, target)).isCompletedWithValue(ErrorCode.NONE);
            produce("meanwhile");
            awaitIn(mover, target);
            produce("afterwards");
            assertThat(cluster.replica(mover).term()).isGreaterThanOrEqualTo(term);
            assertThat(cluster.replica(mover).group().core().isForgetful()).isFalse();
            assertThat(isOnDisk(mover, "/data")).isEqualTo(target.equals("/data"));
            assertThat(isOnDisk(mover, "/data2")).isEqualTo(target.equals("/data2"));
        }
        assertAllHaveAll();
        cluster.stop(mover);
        cluster.start(mover);
        assertThat(directory(mover)).isEqualTo("/data2");
        assertAllHaveAll();
        cluster.stopAll();
    }

    @Test
    void theOnlyReplicaMovesWithItsVotes() {
        start(1);
        cluster.reassign(1);
        cluster.await(() -> !cluster.assignment().isPending());
        ask(1, "/data2");
        awaitIn(1, "/data2");
        produce("afterwards");
        cluster.kill(1);
        cluster.start(1);
        assertThat(directory(1)).isEqualTo("/data2");
        cluster.awaitLeader();
        assertThat(cluster.records(1)).isEqualTo(expected);
        cluster.stopAll();
    }

    @Test
    void aMoveCanBeCalledOff() throws IOException {
        start(1);
        cluster.broker(2).holdDisk();
        ask(2, "/data2");
        ask(2, "/data");
        cluster.broker(2).releaseDisk();
        cluster.await(() -> futures(2).isEmpty());
        assertThat(directory(2)).isEqualTo("/data");
        assertThat(cluster.broker(2).files.list(Path.of("/data2"))).noneMatch(name -> name.endsWith("-future"));
        assertAllHaveAll();
        cluster.stopAll();
    }

    @Test
    void aMoveThatWasCalledOffCanBeAskedForAgainAtOnce() {
        start(1);
        cluster.broker(2).holdDisk();
        ask(2, "/data2");
        ask(2, "/data");
        ask(2, "/data2");
        cluster.broker(2).releaseDisk();
        awaitIn(2, "/data2");
        assertAllHaveAll();
        cluster.stopAll();
    }

    @Test
    void aReplicaThatIsNotHereGoesThereWhenItComes() {
        start(1);
        PartitionId later = new PartitionId(TestCluster.topicId("later"), 0);
        TestBroker broker = cluster.broker(1);
        CompletableFuture<ErrorCode> answer = broker.moves().ask(later, broker.directory("/data"));
        cluster.loop.run();
        assertThat(answer).isCompletedWithValue(ErrorCode.REPLICA_NOT_AVAILABLE);
        cluster.createTopic("later", 1);
        assertThat(cluster.replica("later", 1).directory().path()).isEqualTo(Path.of("/data"));
        assertThat(cluster.replica("later", 2).directory().path()).isEqualTo(Path.of("/data2"));
        cluster.stopAll();
    }

    @Test
    void aTopicThatIsDeletedWhileItMovesLeavesNothing() throws IOException {
        start(1);
        ask(2, "/data2");
        cluster.deleteTopic(TestCluster.TOPIC);
        cluster.loop.advance(5_000);
        assertThat(isOnDisk(2, "/data")).isFalse();
        assertThat(isOnDisk(2, "/data2")).isFalse();
        assertThat(cluster.broker(2).files.list(Path.of("/data2"))).noneMatch(name -> name.endsWith("-future"));
        cluster.stopAll();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMoveThatWasInterruptedGoesOnAfterTheNextStart(boolean inGoodOrder) {
        start(1);
        cluster.broker(2).files.setFaults((operation, path) -> {
            if (operation == Operation.WRITE
                    && path.toString().contains("-future")
                    && path.toString().endsWith(".log")) {
                cluster.broker(2).holdDisk();
            }
        });
        ask(2, "/data2");
        cluster.loop.advance(200);
        assertThat(directory(2)).isEqualTo("/data");
        cluster.broker(2).files.setFaults((operation, path) -> {});
        if (inGoodOrder) {
            cluster.stop(2);
        } else {
            cluster.kill(2);
        }
        cluster.start(2);
        assertThat(directory(2)).isEqualTo("/data");
        awaitIn(2, "/data2");
        assertAllHaveAll();
        cluster.stopAll();
    }

    @Test
    void aMoveThatCannotOpenFilesAtAnyStepIsGivenUpOrComesToItsEnd() throws IOException {
        boolean sawGivenUp = false;
        boolean sawWaited = false;
        for (int files = 0; ; files++) {
            assertThat(files).as("files opened by a move").isLessThan(MOST_STEPS);
            start(files + 1);
            cluster.broker(2).openAtMost(files);
            ask(2, "/data2");
            cluster.loop.advance(2_000);
            boolean isThere = cluster.replica(2) != null && directory(2).equals("/data2");
            cluster.broker(2).openFreely();
            cluster.await(() -> cluster.replica(2) != null);
            assertThat(cluster.broker(2).directory("/data").failure()).isNull();
            assertThat(cluster.broker(2).directory("/data2").failure()).isNull();
            assertThat(cluster.replica(2).group().core().isForgetful()).isFalse();
            sawGivenUp |= directory(2).equals("/data");
            sawWaited |= !isThere && directory(2).equals("/data2");
            assertThat(isOnDisk(2, "/data") && isOnDisk(2, "/data2")).isFalse();
            produce("afterwards");
            assertAllHaveAll();
            cluster.stopAll();
            if (isThere) {
                break;
            }
        }
        assertThat(sawGivenUp && sawWaited).isTrue();
    }

    /** Power goes at any step: one copy counts, and it has all that was acknowledged. The move comes about if it was promised. */
    @Test
    void aPowerLossAtAnyStepLeavesOneCopyThatCounts() throws IOException {
        boolean sawBefore = false;
        int sawAfter = 0;
        for (int step = 0; sawAfter < 3; step++) {
            assertThat(step).as("steps of a move").isLessThan(MOST_STEPS);
            start(step + 1);
            int mover = 1 + step % 3;
            int[] left = {step};
            cluster.broker(mover).files.setFaults((operation, path) -> {
                if (operation.isChange() && left[0]-- <= 0) {
                    throw new IOException("Power is gone");
                }
            });
            CompletableFuture<ErrorCode> answer = ask(mover, "/data2");
            cluster.loop.advance(200);
            boolean promised = answer.getNow(ErrorCode.REQUEST_TIMED_OUT) == ErrorCode.NONE;
            cluster.losePower();
            cluster.startAll();
            // Before a move that was begun goes on.
            sawBefore |= directory(mover).equals("/data");
            sawAfter += directory(mover).equals("/data2") ? 1 : 0;
            assertThat(cluster.replica(mover).group().core().isForgetful()).isFalse();
            produce("afterwards");
            assertAllHaveAll();
            cluster.await(() -> futures(mover).isEmpty());
            assertThat(isOnDisk(mover, "/data") && isOnDisk(mover, "/data2")).isFalse();
            assertThat(promised && !isOnDisk(mover, "/data2")).isFalse();
            cluster.stopAll();
        }
        assertThat(sawBefore).as("a step before the move").isTrue();
    }
}
