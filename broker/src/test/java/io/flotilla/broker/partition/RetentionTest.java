package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of old records, on all replicas alike, in virtual time. */
class RetentionTest {
    private static final int SEGMENT_BYTES = 16_384;
    private static final String ONE_SEGMENT = String.valueOf(SEGMENT_BYTES);
    private static final String DAY = "86400000";

    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster(1, Map.of("segment.bytes", ONE_SEGMENT, "retention.ms", DAY));

    private int leader;

    @BeforeEach
    void findLeader() {
        leader = cluster.awaitLeader();
    }

    /** Seven records made now; a segment takes two. */
    private void fill(String topic) {
        for (int i = 0; i < 7; i++) {
            cluster.produce(topic, leader, Batches.at(cluster.loop.millis(), "x".repeat(SEGMENT_BYTES / 3)));
        }
    }

    private void fill(String topic, Map<String, String> configs) {
        Map<String, String> all = new TreeMap<>(configs);
        all.put("segment.bytes", ONE_SEGMENT);
        cluster.createTopic(topic, 1, all);
        fill(topic);
    }

    private void enforce() {
        cluster.enforceRetention();
        cluster.loop.advance(1000);
    }

    private void assertStart(String topic, long offset, int segments) {
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(cluster.replica(topic, broker).logStartOffset()).isEqualTo(offset);
            assertThat(cluster.replica(topic, broker).log().segments()).hasSize(segments);
        }
    }

    @Test
    void segmentsBeyondTheSizeGoOldestFirst() {
        fill("small", Map.of("retention.bytes", ONE_SEGMENT));
        enforce();
        assertStart("small", 4, 2);
    }

    @Test
    void whatIsTooOldGoesAndTheActiveSegmentToo() {
        fill("brief", Map.of("retention.ms", "60000"));
        cluster.loop.advance(30_000);
        cluster.produce("brief", leader, Batches.at(cluster.loop.millis(), "younger"));
        enforce();
        assertStart("brief", 0, 4);
        cluster.loop.advance(31_000);
        enforce();
        assertStart("brief", 6, 1);
        cluster.loop.advance(60_000);
        enforce();
        assertStart("brief", 8, 1);
        assertThat(cluster.replica("brief", leader).log().sizeInBytes()).isLessThan(1000);
        assertThat(cluster.produce("brief", leader, Batches.of("next")).baseOffset())
                .isEqualTo(8);
    }

    @Test
    void whatIsYoungOrCompactedStays() {
        fill("young", Map.of("retention.ms", DAY));
        fill("compacted", Map.of("retention.ms", "1000", "cleanup.policy", "compact"));
        cluster.loop.advance(5000);
        enforce();
        assertThat(cluster.replica("young", leader).logStartOffset()).isZero();
        assertThat(cluster.replica("compacted", leader).logStartOffset()).isZero();
    }

    @Test
    void aChangedSettingCountsAtOnce() {
        fill(TestCluster.TOPIC);
        enforce();
        assertStart(TestCluster.TOPIC, 0, 4);
        cluster.configureTopic(Map.of("segment.bytes", ONE_SEGMENT, "retention.bytes", ONE_SEGMENT));
        enforce();
        assertStart(TestCluster.TOPIC, 4, 2);
        cluster.configureTopic(Map.of("retention.ms", "1000"));
        cluster.loop.advance(2000);
        enforce();
        assertStart(TestCluster.TOPIC, 7, 1);
    }

    @Test
    void aSegmentIsClosedAtItsAgeEvenIfNothingComes() {
        cluster.configureTopic(Map.of("segment.ms", "60000"));
        cluster.produce(leader, Batches.at(cluster.loop.millis(), "a"));
        cluster.loop.advance(30_000);
        assertStart(TestCluster.TOPIC, 0, 1);
        cluster.loop.advance(60_000);
        assertStart(TestCluster.TOPIC, 0, 2);
    }

    @Test
    void jitterClosesSegmentsOfDifferentPartitionsAtDifferentTimes() {
        cluster.createTopic("jitter", 8, Map.of("segment.ms", "100000", "segment.jitter.ms", "90000"));
        for (int partition = 0; partition < 8; partition++) {
            int leading = leader;
            cluster.produceTo("jitter", partition, leading, Batches.at(cluster.loop.millis(), "a"));
        }
        int closed = 0;
        int moments = 0;
        for (int second = 0; second <= 110; second++) {
            cluster.loop.advance(1000);
            int now = 0;
            for (int partition = 0; partition < 8; partition++) {
                PartitionId id = new PartitionId(TestCluster.topicId("jitter"), partition);
                now += cluster.broker(leader)
                                .replicas()
                                .get(id)
                                .log()
                                .segments()
                                .size()
                        - 1;
            }
            moments += now > closed ? 1 : 0;
            closed = now;
        }
        assertThat(closed).isEqualTo(8);
        assertThat(moments).isGreaterThan(3);
    }

    @Test
    void deletedRecordsStayDeletedUnderAnotherLeaderAndAfterARestart() {
        fill(TestCluster.TOPIC);
        assertThat(cluster.deleteRecords(leader, 3).error()).isEqualTo(ErrorCode.NONE);
        assertThat(cluster.deleteRecords(leader, 8).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        cluster.awaitEqualReplicas();
        assertStart(TestCluster.TOPIC, 3, 3);
        cluster.kill(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        assertThat(cluster.replica(next).logStartOffset()).isEqualTo(3);
        cluster.start(leader);
        cluster.awaitEqualReplicas();
        assertStart(TestCluster.TOPIC, 3, 3);
    }

    @Test
    void allRecordsCanBeDeleted() {
        fill(TestCluster.TOPIC);
        assertThat(cluster.deleteRecords(leader, 7).error()).isEqualTo(ErrorCode.NONE);
        cluster.awaitEqualReplicas();
        assertStart(TestCluster.TOPIC, 7, 1);
        assertThat(cluster.produce(leader, Batches.of("next")).baseOffset()).isEqualTo(7);
        cluster.losePower();
        cluster.startAll();
        assertThat(cluster.records(cluster.awaitLeader())).containsExactly("7:next");
    }

    @Test
    void aReplicaThatWasAwayFollowsAndLeadsALogWhoseRecordsAreAllGone() {
        int away = leader % 3 + 1;
        cluster.stop(away);
        fill(TestCluster.TOPIC);
        assertThat(cluster.deleteRecords(leader, 7).error()).isEqualTo(ErrorCode.NONE);
        assertThat(cluster.replica(leader).log().firstIndex())
                .isEqualTo(cluster.replica(leader).log().lastIndex() + 1);
        cluster.start(away);
        cluster.awaitEqualReplicas();
        assertStart(TestCluster.TOPIC, 7, 1);
        cluster.transfer(leader, away);
        assertThat(cluster.awaitLeader()).isEqualTo(away);
        assertThat(cluster.produce(away, Batches.of("next")).baseOffset()).isEqualTo(7);
        cluster.awaitEqualReplicas();
        assertThat(cluster.records(leader)).containsExactly("7:next");
    }

    @Test
    void aReplicaThatLetsGoOfSegmentsAsItStartsLeadsWhoeverStillNeedsThem() {
        int away = leader % 3 + 1;
        cluster.stop(away);
        fill(TestCluster.TOPIC);
        List<Integer> others = cluster.brokersRunning(true);
        others.forEach(broker -> cluster.broker(broker).files.setFaults((operation, path) -> {
            if (operation == Operation.WRITE && path.toString().contains(".snapshot")) {
                throw new NoSpaceException("full", null);
            }
        }));
        assertThat(cluster.deleteRecords(leader, 3).error()).isEqualTo(ErrorCode.NONE);
        cluster.await(
                () -> others.stream().allMatch(broker -> cluster.replica(broker).logStartOffset() == 3));
        others.forEach(broker -> cluster.broker(broker).markCommitted());
        cluster.loop.run();
        others.forEach(cluster::kill);
        others.forEach(broker -> cluster.broker(broker).files.setFaults((operation, path) -> {}));
        others.forEach(cluster::start);
        cluster.awaitLeader();
        cluster.start(away);
        cluster.awaitEqualReplicas();
        assertStart(TestCluster.TOPIC, 3, 3);
    }
}
