package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.log.ReadResult;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.RangeChecksumResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What outlives processes, power and disks. */
class RecoveryTest {
    private static final int SEGMENT_BYTES = 16_384;
    private static final Path LOG = Path.of("/data", TestCluster.TOPIC + "-0");

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster(1, Map.of("segment.bytes", String.valueOf(SEGMENT_BYTES)));

    /** Fills as many segments with three large records each; returns the records as {@link #records} does. */
    private List<String> fillSegments(int count) {
        int leader = cluster.awaitLeader();
        List<String> records = new ArrayList<>();
        for (int i = 0; i < count * 3; i++) {
            String value = "large-" + i + "-";
            long offset = cluster.produce(leader, Batches.of(value + "x".repeat(SEGMENT_BYTES / 3)))
                    .baseOffset();
            records.add(offset + ":" + value);
        }
        return records;
    }

    /** The records of a replica, without what makes the large ones large. */
    private List<String> records(int broker) {
        return cluster.records(broker).stream()
                .map(record -> record.replaceAll("x{100,}", ""))
                .toList();
    }

    private void assertAllHave(List<String> records) {
        cluster.awaitLeader();
        cluster.awaitEqualReplicas();
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(records(broker)).as("broker " + broker).isEqualTo(records);
        }
    }

    @Test
    void aRestartInGoodOrderKeepsRecordsAndProducers() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of(7, 0, 0, "a", "b"));
        for (int broker = 1; broker <= 3; broker++) {
            cluster.stop(broker);
        }
        cluster.startAll();
        leader = cluster.awaitLeader();
        assertThat(cluster.produce(leader, Batches.of(7, 0, 0, "a", "b")).baseOffset())
                .isZero();
        assertThat(cluster.produce(leader, Batches.of(7, 0, 2, "c")).baseOffset())
                .isEqualTo(2);
        assertAllHave(List.of("0:a", "1:b", "2:c"));
    }

    @Test
    void aPowerLossOnAllBrokersLosesNothingAcknowledged() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of(7, 0, 0, "a"));
        cluster.losePower();
        cluster.startAll();
        leader = cluster.awaitLeader();
        assertThat(cluster.produce(leader, Batches.of(7, 0, 0, "a")).baseOffset())
                .isZero();
        assertThat(cluster.produce(leader, Batches.of(7, 0, 1, "b")).baseOffset())
                .isEqualTo(1);
        assertAllHave(List.of("0:a", "1:b"));
    }

    @Test
    void aKilledLeaderComesBackAndCatchesUp() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of("a"));
        cluster.kill(leader);
        int next = cluster.awaitLeader();
        assertThat(next).isNotEqualTo(leader);
        cluster.produce(next, Batches.of("b"));
        cluster.start(leader);
        assertAllHave(List.of("0:a", "1:b"));
    }

    // ---- deleted records

    @Test
    void deletedRecordsAreGoneOnEveryReplica() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.produce(leader, Batches.of("c"));
        ProduceResult deleted = cluster.deleteRecords(leader, 1);
        assertThat(deleted.error()).isEqualTo(ErrorCode.NONE);
        assertThat(deleted.logStartOffset()).isEqualTo(1);
        cluster.await(() ->
                cluster.replica(2).logStartOffset() == 1 && cluster.replica(3).logStartOffset() == 1);
        assertAllHave(List.of("1:b", "2:c"));

        assertThat(cluster.deleteRecords(leader, 1).logStartOffset()).isEqualTo(1);
        assertThat(cluster.deleteRecords(leader, 0).logStartOffset()).isEqualTo(1);
        assertThat(cluster.deleteRecords(leader, 4).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void deletedRecordsStayDeletedUnderTheNextLeader() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of("a", "b", "c"));
        cluster.deleteRecords(leader, 2);
        cluster.kill(leader);
        int next = cluster.awaitLeader();
        assertThat(cluster.replica(next).logStartOffset()).isEqualTo(2);
    }

    @Test
    void deletedRecordsStayDeletedAfterAPowerLoss() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of("a", "b", "c"));
        cluster.deleteRecords(leader, 2);
        cluster.losePower();
        cluster.startAll();
        assertAllHave(List.of("2:c"));
    }

    @Test
    void deletedRecordsStayDeletedAfterARestartInGoodOrder() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of("a", "b", "c"));
        cluster.deleteRecords(leader, 3);
        for (int broker = 1; broker <= 3; broker++) {
            cluster.stop(broker);
        }
        cluster.startAll();
        assertAllHave(List.of());
        assertThat(cluster.produce(cluster.awaitLeader(), Batches.of("d")).baseOffset())
                .isEqualTo(3);
    }

    @Test
    void whatWasDeletedBeforeALeaderCouldTellItsFollowersIsDeletedAllTheSame() {
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of("a", "b"));
        cluster.deleteRecords(leader, 1);
        cluster.cutOff(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        assertThat(cluster.replica(next).logStartOffset()).isEqualTo(1);
    }

    // ---- a follower far behind

    @Test
    void aFollowerThatTheLogNoLongerReachesGetsASnapshotAndTheRest() {
        cluster.cutOff(3);
        List<String> records = fillSegments(4);
        int leader = cluster.awaitLeader();
        cluster.deleteRecords(leader, 7);
        assertThat(cluster.replica(leader).log().firstIndex())
                .as("segments are gone")
                .isGreaterThan(2);
        cluster.reconnect(3);
        assertAllHave(records.subList(7, records.size()));
        assertThat(cluster.replica(3).logStartOffset()).isEqualTo(7);
    }

    @Test
    void afterASnapshotAFollowerCanRestartAndLead() {
        cluster.cutOff(3);
        List<String> records = fillSegments(3);
        int leader = cluster.awaitLeader();
        cluster.produce(leader, Batches.of(7, 0, 0, "idempotent"));
        cluster.deleteRecords(leader, 5);
        cluster.reconnect(3);
        cluster.awaitEqualReplicas();
        cluster.kill(3);
        cluster.start(3);
        cluster.awaitEqualReplicas();

        cluster.loop.execute(() -> cluster.replica(leader).group().transferLeadership(3));
        assertThat(cluster.awaitLeaderOtherThan(leader)).isEqualTo(3);
        assertThat(cluster.replica(3).logStartOffset()).isEqualTo(5);
        assertThat(cluster.produce(3, Batches.of(7, 0, 0, "idempotent")).baseOffset())
                .isEqualTo(9);
        assertThat(records(3)).startsWith(records.get(5)).endsWith("9:idempotent");
    }

    @Test
    void aNewReplicaOnAnEmptyDiskIsBuiltFromTheOthers() {
        List<String> records = fillSegments(2);
        cluster.deleteRecords(cluster.awaitLeader(), 4);
        cluster.stop(3);
        cluster.replaceDisk(3);
        cluster.start(3);
        assertAllHave(records.subList(4, records.size()));
    }

    // ---- damage

    @Test
    void aDamagedLogIsRepairedFromPeersBeforeItIsOpened() throws IOException {
        List<String> records = fillSegments(2);
        int follower = cluster.awaitLeader() % 3 + 1;
        cluster.stop(follower);
        Path segment = LOG.resolve("00000000000000000000.log");
        byte[] before = SmallFiles.read(cluster.broker(follower).files, segment);
        cluster.broker(follower).files.delete(segment);
        cluster.start(follower);
        cluster.await(() -> cluster.replica(follower) != null);
        assertThat(cluster.broker(follower).replicas().damaged()).isEmpty();
        assertThat(SmallFiles.read(cluster.broker(follower).files, segment)).isEqualTo(before);
        assertThat(records(cluster.awaitLeader())).isEqualTo(records);
    }

    @Test
    void aFlippedBitIsNotServedAndRepairedWhileAnotherReplicaLeads() throws IOException {
        List<String> records = fillSegments(8); // More than is kept in memory.
        int leader = cluster.awaitLeader();
        Path segment = LOG.resolve("00000000000000000000.log");
        byte[] before = SmallFiles.read(cluster.broker(leader).files, segment);
        cluster.broker(leader).files.flip(segment, SEGMENT_BYTES / 2, 1);
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        cluster.loop.execute(
                () -> cluster.replica(leader).read(0, SEGMENT_BYTES, true).thenAccept(read::complete));
        cluster.await(read::isDone);
        assertThat(read.join()).isInstanceOf(ReadResult.Damaged.class);

        cluster.replica(leader).damaged(((ReadResult.Damaged) read.join()).damage());
        int next = cluster.awaitLeaderOtherThan(leader);
        assertThat(cluster.replica(leader).isFailed()).isFalse();
        assertThat(records(next)).isEqualTo(records);
        cluster.await(() -> Arrays.equals(before, content(leader, segment)));
        assertThat(records(leader)).isEqualTo(records);
    }

    @Test
    void damageThatNobodyElseCanMendStaysAndIsNotServed() throws IOException {
        fillSegments(8);
        int leader = cluster.awaitLeader();
        Path segment = LOG.resolve("00000000000000000000.log");
        for (int id = 1; id <= 3; id++) {
            cluster.broker(id).files.flip(segment, SEGMENT_BYTES / 2, 1);
        }
        byte[] damaged = SmallFiles.read(cluster.broker(leader).files, segment);
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        cluster.loop.execute(
                () -> cluster.replica(leader).read(0, SEGMENT_BYTES, true).thenAccept(result -> {
                    cluster.replica(leader).damaged(((ReadResult.Damaged) result).damage());
                    read.complete(result);
                }));
        cluster.await(read::isDone);
        cluster.awaitLeaderOtherThan(leader);
        assertThat(content(leader, segment)).isEqualTo(damaged);
        assertThat(cluster.replica(leader).isFailed()).isFalse();
    }

    private byte[] content(int broker, Path file) {
        try {
            return SmallFiles.read(cluster.broker(broker).files, file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- a process that can open no more files

    /** Its disk is as it was: nothing was set aside, kept as damaged, or made anew. */
    private void assertUnharmed(int broker) throws IOException {
        assertThat(cluster.broker(broker).files.list(Path.of("/data"))).noneMatch(name -> name.endsWith("-stray"));
        assertThat(cluster.broker(broker).files.list(LOG)).noneMatch(name -> name.endsWith(".quarantine"));
        assertThat(cluster.broker(broker).replicas().damaged()).isEmpty();
        assertThat(cluster.broker(broker).directory("/data").failure()).isNull();
        assertThat(cluster.replica(broker).group().core().isForgetful()).isFalse();
    }

    @Test
    void aReplicaIsOpenedOnceItsFilesCanBe() throws IOException {
        List<String> records = fillSegments(3);
        int follower = cluster.awaitLeader() % 3 + 1;
        for (int files = 0; files < 12; files++) {
            cluster.kill(follower);
            cluster.startWithSlowDisk(follower);
            cluster.broker(follower).openAtMost(files);
            cluster.loop.advance(5_000);
            boolean isOpen = cluster.replica(follower) != null;
            assertThat(cluster.broker(follower).replicas().damaged().values())
                    .allMatch(why -> why.contains("Raise the limit of open files"))
                    .hasSize(isOpen ? 0 : 1);
            assertThat(files > 0 || !isOpen).isTrue();
            cluster.broker(follower).openFreely();
            cluster.await(() -> cluster.replica(follower) != null);
            assertUnharmed(follower);
            assertAllHave(records);
        }
    }

    @Test
    void aLeaderThatCannotOpenItsFilesLeadsOnAndReadsThemLater() throws IOException {
        List<String> records = fillSegments(8); // More than is kept in memory.
        int leader = cluster.awaitLeader();
        cluster.broker(leader).openAtMost(0);
        assertThat(read(leader)).isInstanceOf(ReadResult.Unavailable.class);
        RangeChecksumResponse scrubbed = checksum(leader);
        assertThat(scrubbed.errorCode()).isEqualTo(ErrorCode.REPLICA_NOT_AVAILABLE.code());
        assertThat(scrubbed.errorMessage()).contains("Raise the limit of open files");
        cluster.loop.advance(5_000);
        assertThat(cluster.awaitLeader()).isEqualTo(leader);
        assertThat(cluster.replica(leader).isRepairing()).isFalse();

        cluster.broker(leader).openFreely();
        assertThat(read(leader)).isInstanceOf(ReadResult.Batches.class);
        assertThat(checksum(leader).errorCode()).isEqualTo(ErrorCode.NONE.code());
        assertUnharmed(leader);
        assertAllHave(records);
    }

    private ReadResult read(int broker) {
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        cluster.loop.execute(
                () -> cluster.replica(broker).read(0, SEGMENT_BYTES, true).thenAccept(read::complete));
        cluster.await(read::isDone);
        if (read.join() instanceof ReadResult.Batches batches) {
            batches.bytes().release();
        }
        return read.join();
    }

    private RangeChecksumResponse checksum(int broker) {
        RangeChecksumRequest all = RangeChecksumRequest.builder()
                .topicId(cluster.replica(broker).id().topicId())
                .partition(0)
                .lastIndex(-1)
                .maxBytes(1 << 20)
                .build();
        CompletableFuture<RangeChecksumResponse> computed = new CompletableFuture<>();
        cluster.loop.execute(() ->
                RangeChecksums.of(cluster.replica(broker), all, cluster.loop).thenAccept(computed::complete));
        cluster.await(computed::isDone);
        return computed.join();
    }

    @Test
    void aLeaderThatCannotBeginASegmentTakesNoRecordsUntilItCan() throws IOException {
        List<String> records = fillSegments(1);
        int leader = cluster.awaitLeader();
        cluster.broker(leader).openAtMost(0);
        ErrorCode error = ErrorCode.NONE;
        for (int i = 0; i < 4 && error == ErrorCode.NONE; i++) {
            ProduceResult result = cluster.produce(leader, Batches.of("x".repeat(SEGMENT_BYTES / 3)));
            error = result.error();
            if (error == ErrorCode.NONE) {
                records.add(result.baseOffset() + ":");
            }
        }
        assertThat(error).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);

        cluster.broker(leader).openFreely();
        records.add(cluster.produce(leader, Batches.of("taken")).baseOffset() + ":taken");
        assertUnharmed(leader);
        cluster.losePower();
        cluster.startAll();
        assertAllHave(records);
    }

    // ---- topics

    @Test
    void aDeletedTopicsFilesGoAndATopicOfTheSameNameBeginsAnew() {
        cluster.createTopic("other", 2);
        Path log = Path.of("/data", "other-1");
        assertThat(cluster.broker(2).files.exists(log)).isTrue();
        cluster.deleteTopic("other");
        cluster.loop.run();
        assertThat(cluster.broker(2).files.exists(log)).isFalse();
        assertThat(cluster.replica(2)).isNotNull();
    }

    @Test
    void aReplicaMadeWhileTheDiskIsFullIsOpenedOnceThereIsRoom() {
        cluster.broker(2).files.setCapacity(0);
        cluster.createTopic("other", 1);
        PartitionId id = new PartitionId(TestCluster.topicId("other"), 0);
        cluster.loop.advance(5_000);
        assertThat(cluster.broker(2).replicas().get(id)).isNull();
        assertThat(cluster.broker(2).replicas().damaged().get(id)).contains("Disk full");

        cluster.broker(2).files.setCapacity(Long.MAX_VALUE);
        cluster.await(() -> cluster.broker(2).replicas().get(id) != null);
        assertThat(cluster.broker(2).replicas().damaged()).isEmpty();
    }

    @Test
    void aTopicOfTheSameNameMadeAtOnceWaitsUntilTheOldOneIsGone() {
        cluster.createTopic("other", 1);
        PartitionId old = new PartitionId(TestCluster.topicId("other"), 0);
        PartitionId fresh = new PartitionId(cluster.recreateTopic("other"), 0);
        for (int id = 1; id <= 3; id++) {
            assertThat(cluster.broker(id).replicas().get(old)).isNull();
            assertThat(cluster.broker(id).replicas().get(fresh)).isNotNull();
            assertThat(cluster.broker(id).replicas().damaged()).isEmpty();
        }
    }

    @Test
    void aTopicMadeAnewUnderTheSameNameBeginsAnew() {
        cluster.createTopic("again", 1);
        cluster.produce("again", cluster.awaitLeader(), Batches.of("old"));
        cluster.deleteTopic("again");
        cluster.loop.advance(100);
        cluster.createTopic("again", 1);
        assertThat(cluster.produce("again", 1, Batches.of("new")).baseOffset()).isZero();
    }

    @Test
    void aTopicDeletedWhileABrokerWasAwayIsDeletedThereTooAndMakesRoomForOneOfTheSameName() throws IOException {
        cluster.createTopic("gone", 1);
        cluster.produce("gone", cluster.awaitLeader(), Batches.of("old"));
        cluster.kill(2);
        PartitionId fresh = new PartitionId(cluster.recreateTopic("gone"), 0);
        cluster.start(2);
        cluster.await(() -> cluster.broker(2).replicas().get(fresh) != null);
        assertThat(cluster.broker(2).replicas().get(fresh).log().logEndOffset()).isZero();
        assertThat(cluster.broker(2).files.list(Path.of("/data")))
                .contains("gone-0")
                .noneMatch(name -> name.endsWith("-stray") || name.endsWith("-delete"));
    }

    @Test
    void dataThatMetadataDoesNotKnowIsSetAsideAndNotRemoved() throws IOException {
        cluster.createTopic("stray", 1);
        cluster.produce("stray", cluster.awaitLeader(), Batches.of("precious"));
        cluster.stop(2);
        cluster.forgetTopic("stray");
        cluster.start(2);
        assertThat(cluster.broker(2).files.exists(Path.of("/data", "stray-0"))).isFalse();
        assertThat(cluster.broker(2).files.list(Path.of("/data")))
                .anyMatch(name -> name.startsWith("stray") && name.endsWith("-stray"));
        assertThat(cluster.broker(2).files.exists(LOG)).isTrue();
    }
}
