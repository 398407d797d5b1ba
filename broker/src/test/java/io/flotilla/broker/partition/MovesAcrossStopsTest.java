package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.state.PlannedMove;
import io.flotilla.wire.frame.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker was asked to move between its log directories and had not done when it stopped. */
class MovesAcrossStopsTest {
    private static final int MOVER = 2;
    private static final int MOST_STEPS = 200;
    private static final Map<String, String> SMALL_SEGMENTS = Map.of("segment.bytes", "16384");
    private static final Path NOTE = Path.of("/data/.moves");
    private static final String NOTHING = "0\n0\n";

    /** Moves at once, and slowly while moves are slow; the others wait for it then. */
    private static final String FIRST = "first";

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private TestCluster cluster;

    /** All topics have a replica in the first directory, and moves are slow. */
    private void start(long seed) {
        cluster = new TestCluster(seed, Map.of());
        cluster.broker(MOVER).addDirectory("/data2");
        cluster.broker(MOVER).addDirectory("/data3");
        cluster.startAll();
        for (String topic : List.of(FIRST, "b", "c")) {
            ask(topic, "/data");
            cluster.createTopic(topic, 1, SMALL_SEGMENTS);
        }
        for (int i = 0; i < 5; i++) {
            cluster.await(() -> leader(FIRST) > 0);
            cluster.produce(FIRST, leader(FIRST), Batches.of("x".repeat(6_000)));
        }
        cluster.loop.advance(1_000);
        slow(true);
    }

    private int leader(String topic) {
        return cluster.brokersRunning(true).stream()
                .filter(broker -> cluster.replica(topic, broker).isLeading())
                .findFirst()
                .orElse(0);
    }

    private void slow(boolean slow) {
        cluster.broker(MOVER).setMoveRate(slow ? 1 : Long.MAX_VALUE);
    }

    private CompletableFuture<ErrorCode> ask(String topic, String directory) {
        TestBroker broker = cluster.broker(MOVER);
        CompletableFuture<ErrorCode> answer =
                broker.moves().ask(new PartitionId(TestCluster.topicId(topic), 0), broker.directory(directory));
        cluster.loop.run();
        return answer;
    }

    private void askAndHear(String topic, String directory) {
        assertThat(ask(topic, directory)).isCompletedWithValue(ErrorCode.NONE);
    }

    private String directory(String topic) {
        Replica replica = cluster.replica(topic, MOVER);
        return replica == null ? null : replica.directory().path().toString();
    }

    private void awaitIn(String topic, String directory) {
        cluster.await(() -> directory.equals(directory(topic)));
    }

    /** Where replicas are still to go, as DescribeLogDirs tells. */
    private List<String> planned() {
        CompletableFuture<List<ReplicaMoves.Future>> futures =
                cluster.broker(MOVER).moves().futures();
        cluster.loop.run();
        return futures.join().stream()
                .map(future -> future.directory().path().toString())
                .toList();
    }

    private String note() throws IOException {
        return SmallFiles.readText(cluster.broker(MOVER).files, NOTE);
    }

    private void restart() {
        cluster.kill(MOVER);
        cluster.start(MOVER);
    }

    /** Nothing is planned any more, nor would be after another start. */
    private void assertNothingLeft() throws IOException {
        cluster.await(() -> planned().isEmpty());
        cluster.loop.advance(1_000);
        assertThat(note()).isEqualTo(NOTHING);
        assertThat(cluster.broker(MOVER).directory("/data").failure()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill", "stop", "power"})
    void whatWasAskedForIsDoneAfterTheNextStart(String how) throws IOException {
        start(1);
        askAndHear(FIRST, "/data2");
        askAndHear("b", "/data2");
        askAndHear("c", "/data3");
        cluster.loop.advance(5_000);
        for (int stop = 0; stop < 2; stop++) {
            assertThat(planned()).containsExactly("/data2", "/data2", "/data3");
            switch (how) {
                case "kill" -> cluster.kill(MOVER);
                case "stop" -> cluster.stop(MOVER);
                default -> cluster.losePower();
            }
            cluster.brokersRunning(false).forEach(cluster::start);
        }
        for (String topic : List.of(FIRST, "b", "c")) {
            assertThat(directory(topic)).isEqualTo("/data");
        }
        slow(false);
        awaitIn(FIRST, "/data2");
        awaitIn("b", "/data2");
        awaitIn("c", "/data3");
        assertNothingLeft();
        cluster.stopAll();
    }

    @Test
    void whatIsCalledOffOrChangedStaysSo() throws IOException {
        start(1);
        askAndHear(FIRST, "/data2");
        askAndHear("b", "/data2");
        askAndHear("c", "/data2");
        askAndHear("b", "/data");
        askAndHear("c", "/data3");
        restart();
        slow(false);
        awaitIn(FIRST, "/data2");
        awaitIn("c", "/data3");
        assertNothingLeft();
        assertThat(directory("b")).isEqualTo("/data");
        cluster.stopAll();
    }

    private record Request(String topic, String directory) {}

    /** Power goes at any step of some requests: each replica is where the last answered one said, or one that was not. */
    @Test
    void aPowerLossAtAnyStepForgetsNothingThatWasAnswered() throws IOException {
        List<Request> requests = List.of(
                new Request(FIRST, "/data2"),
                new Request("b", "/data2"),
                new Request("c", "/data2"),
                new Request("b", "/data"),
                new Request("c", "/data3"),
                new Request(FIRST, "/data3"));
        boolean stopped = true;
        for (int step = 0; stopped; step++) {
            assertThat(step).as("steps of the requests").isLessThan(MOST_STEPS);
            start(step + 1);
            int[] left = {step};
            faults((operation, path) -> {
                if (operation != Operation.READ && operation != Operation.OPEN && left[0]-- <= 0) {
                    throw new IOException("Power is gone");
                }
            });
            Map<String, TreeSet<String>> allowed = new LinkedHashMap<>();
            List.of(FIRST, "b", "c").forEach(topic -> allowed.put(topic, new TreeSet<>(List.of("/data"))));
            for (Request request : requests) {
                TreeSet<String> directories = allowed.get(request.topic());
                if (ask(request.topic(), request.directory()).getNow(null) == ErrorCode.NONE) {
                    directories.clear();
                }
                directories.add(request.directory());
            }
            stopped = left[0] < 0;
            cluster.losePower();
            slow(false);
            cluster.startAll();
            cluster.loop.advance(1_000);
            cluster.await(() -> planned().isEmpty());
            allowed.forEach((topic, directories) -> assertThat(directories)
                    .as(topic + ", power lost at step " + left[0])
                    .contains(directory(topic)));
            cluster.stopAll();
        }
    }

    /** The move of the first topic to /data3 is carried out meanwhile. */
    private void comeBackWithoutData2() {
        cluster.kill(MOVER);
        cluster.broker(MOVER).breakDirectory("/data2", true);
        slow(false);
        cluster.start(MOVER);
        awaitIn(FIRST, "/data3");
        cluster.loop.advance(2_000);
    }

    @Test
    void aDirectoryThatIsAwayIsWaitedFor() throws IOException {
        start(1);
        askAndHear(FIRST, "/data3");
        askAndHear("b", "/data2");
        askAndHear("c", "/data2");
        comeBackWithoutData2();
        assertThat(planned()).isEmpty();
        askAndHear("c", "/data");
        cluster.stop(MOVER);
        cluster.broker(MOVER).breakDirectory("/data2", false);
        cluster.start(MOVER);
        awaitIn("b", "/data2");
        assertNothingLeft();
        assertThat(directory("c")).isEqualTo("/data");
        cluster.stopAll();
    }

    @Test
    void aMoveToADirectoryThatFailsGoesOnWhenItIsBack() throws IOException {
        start(1);
        slow(false);
        faults((operation, path) -> {
            if (operation == Operation.WRITE
                    && path.startsWith("/data2")
                    && path.toString().endsWith(".log")) {
                cluster.broker(MOVER).directory("/data2").fail("test", new IOException("broken"));
            }
        });
        askAndHear(FIRST, "/data2");
        cluster.loop.advance(5_000);
        assertThat(directory(FIRST)).isEqualTo("/data");
        assertThat(planned()).isEmpty();
        cluster.register(MOVER);
        restart();
        awaitIn(FIRST, "/data2");
        assertNothingLeft();
        cluster.stopAll();
    }

    /** Made anew from nothing it would have lost all, so it waits for its directory, and its move waits for it. */
    @Test
    void theMoveOfAnOnlyReplicaWaitsForItsDirectory() throws IOException {
        start(1);
        cluster.reassign(MOVER);
        cluster.await(() -> !cluster.assignment().isPending());
        slow(false);
        askAndHear(TestCluster.TOPIC, "/data2");
        awaitIn(TestCluster.TOPIC, "/data2");
        slow(true);
        askAndHear(FIRST, "/data3");
        askAndHear(TestCluster.TOPIC, "/data3");
        comeBackWithoutData2();
        assertThat(directory(TestCluster.TOPIC)).isNull();
        cluster.stop(MOVER);
        cluster.broker(MOVER).breakDirectory("/data2", false);
        cluster.start(MOVER);
        awaitIn(TestCluster.TOPIC, "/data3");
        assertNothingLeft();
        cluster.stopAll();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMoveThatCannotComeAboutIsNotTriedAgain(boolean noticedAtOnce) throws IOException {
        start(1);
        slow(false);
        if (noticedAtOnce) {
            cluster.broker(MOVER).directory("/data2").upkeep(Long.MAX_VALUE);
        } else {
            faults((operation, path) -> {
                if (operation == Operation.WRITE && path.endsWith("moved-from")) {
                    throw new NoSpaceException("full", null);
                }
            });
        }
        askAndHear(FIRST, "/data2");
        assertNothingLeft();
        restart();
        cluster.loop.advance(5_000);
        assertThat(directory(FIRST)).isEqualTo("/data");
        cluster.stopAll();
    }

    @Test
    void noMoreIsTakenOnThanTheLimit() throws IOException {
        start(1);
        cluster.kill(MOVER);
        UUID unknown = new UUID(9, 9);
        List<PlannedMove> many = IntStream.range(0, ReplicaMoves.MOST_PLANNED)
                .mapToObj(partition -> new PlannedMove(unknown, partition, unknown))
                .toList();
        PlannedMove.write(cluster.broker(MOVER).files, NOTE.getParent(), many);
        slow(false);
        cluster.start(MOVER);
        assertThat(ask("b", "/data2")).isCompletedWithValue(ErrorCode.KAFKA_STORAGE_ERROR);
        cluster.loop.advance(1_000);
        askAndHear("b", "/data2");
        awaitIn("b", "/data2");
        assertNothingLeft();
        cluster.stopAll();
    }

    @Test
    void topicsDeletedMeanwhileAreForgotten() throws IOException {
        start(1);
        askAndHear(FIRST, "/data3");
        askAndHear("b", "/data2");
        cluster.kill(MOVER);
        cluster.deleteTopic("b");
        slow(false);
        cluster.start(MOVER);
        awaitIn(FIRST, "/data3");
        assertNothingLeft();
        cluster.stopAll();
    }

    /** What has been done is noted afterwards. */
    @Test
    void whatHadMovedByThenStaysThere() throws IOException {
        start(1);
        slow(false);
        int[] notes = {0};
        faults((operation, path) -> {
            if (operation == Operation.RENAME && isOfNote(path) && notes[0]++ > 0) {
                throw new NoSpaceException("full", null);
            }
        });
        askAndHear(FIRST, "/data2");
        awaitIn(FIRST, "/data2");
        cluster.loop.advance(1_000);
        assertThat(note()).isNotEqualTo(NOTHING);
        restart();
        assertThat(directory(FIRST)).isEqualTo("/data2");
        assertNothingLeft();
        assertThat(directory(FIRST)).isEqualTo("/data2");
        cluster.stopAll();
    }

    @Test
    void withoutRoomForTheNoteNothingIsPromised() throws IOException {
        start(1);
        slow(false);
        faults((operation, path) -> {
            if (operation == Operation.WRITE && isOfNote(path)) {
                throw new NoSpaceException("full", null);
            }
        });
        assertThat(ask("b", "/data2")).isCompletedWithValue(ErrorCode.KAFKA_STORAGE_ERROR);
        awaitIn("b", "/data2");
        faults((operation, path) -> {});
        askAndHear("c", "/data2");
        awaitIn("c", "/data2");
        assertNothingLeft();
        cluster.stopAll();
    }

    @Test
    void aDirectoryThatCannotTakeTheNoteHasFailed() {
        start(1);
        faults((operation, path) -> {
            if (operation == Operation.SYNC && isOfNote(path)) {
                throw new IOException("broken");
            }
        });
        assertThat(ask("b", "/data2")).isCompletedWithValue(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(cluster.broker(MOVER).directory("/data").failure()).isNotNull();
        faults((operation, path) -> {});
        cluster.stopAll();
    }

    @Test
    void aDamagedNoteIsAsGoodAsNone() throws IOException {
        start(1);
        askAndHear(FIRST, "/data2");
        cluster.kill(MOVER);
        cluster.broker(MOVER).files.flip(NOTE, 3, 1);
        cluster.start(MOVER);
        cluster.loop.advance(2_000);
        assertThat(planned()).isEmpty();
        assertThat(directory(FIRST)).isEqualTo("/data");
        askAndHear(FIRST, "/data2");
        restart();
        slow(false);
        awaitIn(FIRST, "/data2");
        assertNothingLeft();
        cluster.stopAll();
    }

    private void faults(MemoryFileSystem.Faults faults) {
        cluster.broker(MOVER).files.setFaults(faults);
    }

    private static boolean isOfNote(Path path) {
        return path.toString().startsWith(NOTE.toString());
    }
}
