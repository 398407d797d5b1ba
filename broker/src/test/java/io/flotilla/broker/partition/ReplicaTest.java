package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.wire.frame.ErrorCode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a produce becomes, with everything that may come in between. */
class ReplicaTest {
    private static final int SEGMENT_BYTES = 16_384;

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster(1, Map.of("segment.bytes", String.valueOf(SEGMENT_BYTES)));

    private int leader;
    private int follower;

    @BeforeEach
    void whoIsWho() {
        leader = cluster.awaitLeader();
        follower = leader % 3 + 1;
    }

    private void holdDisks() {
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).holdDisk();
        }
    }

    private void releaseDisks() {
        for (int broker = 1; broker <= 3; broker++) {
            cluster.broker(broker).releaseDisk();
        }
    }

    private static void assertStored(ProduceResult result, long baseOffset) {
        assertThat(result.error()).as(result.message()).isEqualTo(ErrorCode.NONE);
        assertThat(result.baseOffset()).isEqualTo(baseOffset);
    }

    @Test
    void aProducedBatchGetsTheNextOffsetsOnEveryReplica() {
        assertThat(leader).as("the first replica in the list is preferred").isEqualTo(1);
        assertStored(cluster.produce(leader, Batches.of("a", "b")), 0);
        assertStored(cluster.produce(leader, Batches.of("c")), 2);
        cluster.awaitEqualReplicas();
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(cluster.records(broker)).containsExactly("0:a", "1:b", "2:c");
        }
    }

    @Test
    void offsetsHaveNoHolesWhereLeadersChanged() {
        cluster.produce(leader, Batches.of("a"));
        cluster.cutOff(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        assertStored(cluster.produce(next, Batches.of("b")), 1);
    }

    @Test
    void nothingIsAcknowledgedBeforeAMajorityHasItOnDisk() {
        holdDisks();
        CompletableFuture<ProduceResult> answer = cluster.send(leader, Batches.of("a"));
        cluster.broker(leader).releaseDisk();
        assertThat(answer).as("on one disk").isNotDone();
        assertThat(cluster.replica(leader).highWatermark()).isZero();
        cluster.broker(follower).releaseDisk();
        assertThat(answer).as("on two disks").isDone();
        assertThat(cluster.replica(leader).highWatermark()).isEqualTo(1);
        releaseDisks();
    }

    @Test
    void followersOnDiskAreAMajorityWithoutTheLeader() {
        cluster.broker(leader).holdDisk();
        CompletableFuture<ProduceResult> answer = cluster.send(leader, Batches.of("a"));
        assertThat(answer).isDone();
        assertStored(answer.join(), 0);
        releaseDisks();
    }

    @Test
    void onlyTheLeaderTakesBatches() {
        assertThat(cluster.produce(follower, Batches.of("a")).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(cluster.deleteRecords(follower, 0).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aBatchLargerThanASegmentIsRefused() {
        String large = "x".repeat(SEGMENT_BYTES);
        assertThat(cluster.produce(leader, Batches.of(large)).error()).isEqualTo(ErrorCode.RECORD_LIST_TOO_LARGE);
        assertStored(cluster.produce(leader, Batches.of("small")), 0);
    }

    // ---- idempotent producers

    @Test
    void aRepeatedBatchIsAnsweredWithItsFirstOffsetAndStoredOnce() {
        cluster.produce(leader, Batches.of("plain"));
        assertStored(cluster.produce(leader, Batches.of(7, 0, 0, "a", "b")), 1);
        assertStored(cluster.produce(leader, Batches.of(7, 0, 2, "c")), 3);
        assertStored(cluster.produce(leader, Batches.of(7, 0, 0, "a", "b")), 1);
        assertThat(cluster.records(leader)).containsExactly("0:plain", "1:a", "2:b", "3:c");
    }

    @Test
    void aBatchRepeatedBeforeItIsCommittedIsAcknowledgedWhenItIs() {
        holdDisks();
        CompletableFuture<ProduceResult> first = cluster.send(leader, Batches.of(7, 0, 0, "a"));
        CompletableFuture<ProduceResult> again = cluster.send(leader, Batches.of(7, 0, 0, "a"));
        assertThat(first).isNotDone();
        assertThat(again).isNotDone();
        releaseDisks();
        assertStored(first.join(), 0);
        assertStored(again.join(), 0);
        assertThat(cluster.records(leader)).containsExactly("0:a");
    }

    @Test
    void aGapInTheSequenceIsRefused() {
        cluster.produce(leader, Batches.of(7, 0, 0, "a"));
        assertThat(cluster.produce(leader, Batches.of(7, 0, 2, "c")).error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertStored(cluster.produce(leader, Batches.of(7, 0, 1, "b")), 1);
    }

    @Test
    void aBatchRepeatedAfterManyLaterOnesIsSaidToBeThere() {
        for (int i = 0; i < 8; i++) {
            cluster.produce(leader, Batches.of(7, 0, i, "v" + i));
        }
        assertThat(cluster.produce(leader, Batches.of(7, 0, 0, "v0")).error())
                .isEqualTo(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
        assertThat(cluster.records(leader)).hasSize(8);
    }

    @Test
    void aNewEpochStartsItsSequenceAnewAndFencesTheOldOne() {
        cluster.produce(leader, Batches.of(7, 0, 0, "a"));
        assertThat(cluster.produce(leader, Batches.of(7, 1, 1, "x")).error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertStored(cluster.produce(leader, Batches.of(7, 1, 0, "b")), 1);
        assertThat(cluster.produce(leader, Batches.of(7, 0, 1, "late")).error())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void theNextLeaderKnowsWhatProducersHaveSent() {
        cluster.produce(leader, Batches.of(7, 0, 0, "a"));
        cluster.produce(leader, Batches.of(7, 0, 1, "b"));
        cluster.cutOff(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        assertStored(cluster.produce(next, Batches.of(7, 0, 1, "b")), 1);
        assertStored(cluster.produce(next, Batches.of(7, 0, 2, "c")), 2);
        assertThat(cluster.records(next)).containsExactly("0:a", "1:b", "2:c");
    }

    // ---- configuration

    @Test
    void aConfigurationThatChangesWhileAReplicaIsOpenedCounts() {
        cluster.stop(follower);
        cluster.startWithSlowDisk(follower);
        cluster.configureTopic(Map.of("max.message.bytes", "12345", "segment.bytes", String.valueOf(SEGMENT_BYTES)));
        assertThat(cluster.replica(follower)).as("not open yet").isNull();
        cluster.broker(follower).releaseDisk();
        cluster.loop.run();
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(cluster.replica(broker).config().maxMessageBytes()).isEqualTo(12345);
            assertThat(cluster.replica(broker).limits().maxMessageBytes()).isEqualTo(12345);
        }
    }

    // ---- waits that end otherwise

    @Test
    void aLeaderThatLosesTheLeadDoesNotClaimThatABatchIsLost() {
        cluster.cutOff(leader);
        CompletableFuture<ProduceResult> answer = cluster.send(leader, Batches.of(7, 0, 0, "a"));
        assertThat(answer).isNotDone();
        cluster.await(answer::isDone);
        // To clients this means: ask again, it may or may not have been stored.
        assertThat(answer.join().error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(cluster.replica(leader).isLeading()).isFalse();
    }

    @Test
    void anUncommittedBatchOfAnOldLeaderGivesWayAndItsProducerStateToo() {
        cluster.cutOff(leader);
        cluster.send(leader, Batches.of(7, 0, 0, "lost"));
        int next = cluster.awaitLeaderOtherThan(leader);
        cluster.produce(next, Batches.of("kept"));
        cluster.reconnect(leader);
        cluster.awaitEqualReplicas();
        assertThat(cluster.records(leader)).containsExactly("0:kept");

        cluster.cutOff(next);
        int third = cluster.awaitLeaderOtherThan(next);
        assertStored(cluster.produce(third, Batches.of(7, 0, 0, "again")), 1);
    }

    @Test
    void aBatchNotCommittedInTimeTimesOutAndMayBeCommittedLater() {
        holdDisks();
        CompletableFuture<ProduceResult> answer = cluster.send(leader, Batches.of("slow"));
        cluster.await(answer::isDone);
        assertThat(answer.join().error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        releaseDisks();
        cluster.awaitLeader();
        assertThat(cluster.records(leader)).containsExactly("0:slow");
    }

    @Test
    void stoppingAReplicaEndsWhatWaitsForIt() {
        holdDisks();
        CompletableFuture<ProduceResult> answer = cluster.send(leader, Batches.of("a"));
        cluster.stop(leader);
        assertThat(answer.join().error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aFailedDiskStopsTheReplicaAndAnotherLeads() {
        cluster.produce(leader, Batches.of("a"));
        cluster.broker(leader).files.setFaults((operation, path) -> {
            if (operation == MemoryFileSystem.Operation.SYNC) {
                throw new IOException("sync failed");
            }
        });
        CompletableFuture<ProduceResult> answer = cluster.send(leader, Batches.of("b"));
        cluster.await(answer::isDone);
        assertThat(answer.join().error()).isIn(ErrorCode.NONE, ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(cluster.replica(leader).isFailed()).isTrue();
        int next = cluster.awaitLeaderOtherThan(leader);
        assertThat(cluster.records(next)).startsWith("0:a");
        assertThat(cluster.produce(leader, Batches.of("c")).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }
}
