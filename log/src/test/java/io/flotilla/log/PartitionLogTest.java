package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PartitionLogTest {
    private final LogFixture fixture = new LogFixture();

    @Test
    void stampsOffsetAndTermAndNothingElse() throws IOException {
        fixture.open();
        ByteBuf batch = Batches.records(Compression.LZ4, 10, 1, 2);
        ByteBuf original = batch.copy();
        fixture.log.append(Batches.leaderChange(1, 4), 4, 0);
        fixture.log.append(Batches.records(Compression.NONE, 10, 1, 2, 3), 4, 0);
        fixture.log.append(batch, 4, 0);
        ReadResult.Batches read = fixture.entries(5, 6, 1000);
        RecordBatch stamped = new RecordBatch().wrap(read.bytes(), 0);
        assertThat(stamped.baseOffset()).isEqualTo(3);
        assertThat(stamped.partitionLeaderEpoch()).isEqualTo(4);
        assertThat(stamped.isCrcValid()).isTrue();
        stamped.setBaseOffset(0);
        stamped.setPartitionLeaderEpoch(-1);
        assertThat(read.bytes()).isEqualTo(original);
        read.bytes().release();
        original.release();
        fixture.close();
    }

    @Test
    void reportsDurabilityOnceTheRoundIsDone() throws IOException {
        fixture.open();
        fixture.log.append(Batches.records(Compression.NONE, 10, 1, 2, 3), 1, 0);
        assertThat(fixture.log.lastIndex()).isEqualTo(3);
        assertThat(fixture.log.durableIndex()).isZero();
        assertThat(fixture.log.unflushedBytes()).isPositive();
        fixture.tasks.runAll();
        assertThat(fixture.durable).containsExactly(3L);
        assertThat(fixture.log.durableIndex()).isEqualTo(3);
        assertThat(fixture.log.unflushedBytes()).isZero();
        fixture.close();
    }

    @Test
    void aReportThatATruncationOvertookIsVoid() throws IOException {
        fixture.open();
        for (int i = 0; i < 3; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 10, 1), 1, 0);
        }
        fixture.tasks.runBackground();
        // The report about three entries is on its way; the second and third are replaced by entries equal to the eye.
        fixture.log.truncateFrom(2);
        fixture.log.append(Batches.records(Compression.NONE, 10, 1), 1, 0);
        fixture.log.append(Batches.records(Compression.NONE, 10, 1), 1, 0);
        fixture.tasks.runLoop();
        assertThat(fixture.durable).isEmpty();
        assertThat(fixture.log.durableIndex()).isLessThanOrEqualTo(1);
        fixture.tasks.runAll();
        assertThat(fixture.durable).endsWith(3L);
        fixture.close();
    }

    @Test
    void aCleanStopLeavesNothingToScan() throws IOException {
        fixture.open();
        fixture.log.append(Batches.records(Compression.NONE, 10, 1, 2, 3), 1, 0);
        fixture.log.committed(3);
        fixture.log.append(Batches.records(Compression.NONE, 10, 4), 1, 0);
        fixture.closeAndReopen();
        assertThat(fixture.log.lastIndex()).isEqualTo(4);
        assertThat(fixture.log.committedIndex()).isEqualTo(3);
        fixture.log.committed(4);
        fixture.closeAndReopen();
        assertThat(fixture.report.scannedBytes()).isZero();
        fixture.close();
    }

    @Test
    void refusesBatchesOutOfOrderAndKeepsThoseBefore() throws IOException {
        fixture.open();
        ByteBuf two = Batches.records(Compression.NONE, 10, 1);
        ByteBuf second = Batches.records(Compression.NONE, 10, 2);
        new RecordBatch().wrap(two, 0).setPartitionLeaderEpoch(1);
        new RecordBatch().wrap(second, 0).setBaseOffset(5);
        two.writeBytes(second);
        second.release();
        assertThatThrownBy(() -> fixture.log.appendReplicated(two, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("base offset 5 where 1 belongs");
        assertThat(fixture.log.lastIndex()).isEqualTo(1);
        fixture.closeAndReopen();
        assertThat(fixture.log.lastIndex()).isEqualTo(1);
        fixture.close();
    }

    @Test
    void refusesAFallingTermAndATruncationOfTheCommitted() throws IOException {
        fixture.open();
        fixture.log.append(Batches.records(Compression.NONE, 10, 1, 2), 3, 0);
        assertThatThrownBy(() -> fixture.log.append(Batches.leaderChange(1, 2), 2, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> fixture.log.truncateFrom(2)).isInstanceOf(IllegalArgumentException.class);
        fixture.log.committed(2);
        assertThatThrownBy(() -> fixture.log.truncateFrom(1)).isInstanceOf(IllegalArgumentException.class);
        fixture.log.truncateFrom(3);
        assertThat(fixture.log.lastIndex()).isEqualTo(2);
        fixture.close();
    }

    @Test
    void remembersConfigurationsAndTakesThemBack() throws IOException {
        fixture.open();
        fixture.log.append(Batches.voters(new byte[] {1}), 1, 0);
        fixture.log.committed(1);
        fixture.log.append(Batches.voters(new byte[] {2}), 1, 0);
        fixture.closeAndReopen();
        assertThat(fixture.log.configurations())
                .extracting(Configuration::index)
                .containsExactly(0L, 1L, 2L);
        assertThat(fixture.log.configurations().get(0).bytes()).containsExactly(42);
        assertThat(fixture.log.configurations().get(2).bytes()).containsExactly(2);
        fixture.log.truncateFrom(2);
        assertThat(fixture.log.configurations())
                .extracting(Configuration::index)
                .containsExactly(0L, 1L);
        fixture.close();
    }

    @Test
    void anAgreedLogStartTakesEffectWhenCommittedAndOutlivesACrash() throws IOException {
        fixture.open();
        fixture.log.append(Batches.records(Compression.NONE, 10, 1, 2, 3), 1, 0);
        fixture.log.append(Batches.logStart(2), 1, 0);
        fixture.tasks.runAll();
        fixture.log.committed(3);
        assertThat(fixture.log.logStartOffset()).isZero();
        fixture.log.committed(4);
        assertThat(fixture.log.logStartOffset()).isEqualTo(2);
        fixture.directory.markCommitted();
        fixture.tasks.runAll();
        fixture.kill();
        fixture.open();
        assertThat(fixture.log.logStartOffset()).isEqualTo(2);
        fixture.close();
    }

    @Test
    void rollsByTimeWithOrWithoutAppends() throws IOException {
        fixture.open();
        fixture.log.append(Batches.records(Compression.NONE, 10, 1), 1, 5000);
        fixture.log.append(Batches.records(Compression.NONE, 10, 1), 1, 5999);
        assertThat(fixture.log.segments()).hasSize(1);
        fixture.log.append(Batches.records(Compression.NONE, 10, 1), 1, 6000);
        assertThat(fixture.log.segments())
                .extracting(SegmentInfo::baseOffset, SegmentInfo::nextOffset)
                .containsExactly(tuple(0L, 2L), tuple(2L, 3L));
        fixture.log.tick(6999);
        assertThat(fixture.log.segments()).hasSize(2);
        fixture.log.tick(7000);
        assertThat(fixture.log.segments()).hasSize(3);
        fixture.log.tick(9000);
        assertThat(fixture.log.segments()).hasSize(3);
        fixture.closeAndReopen();
        assertThat(fixture.log.segments()).hasSize(3);
        fixture.close();
    }

    @Test
    void raftEntriesAloneNeverRollASegment() throws IOException {
        fixture.open();
        for (int term = 1; term < 40; term++) {
            fixture.log.append(Batches.leaderChange(1, term), term, term * 1000L);
            fixture.log.tick(term * 1000L);
        }
        assertThat(fixture.log.segments()).hasSize(1);
        assertThat(fixture.log.sizeInBytes()).isGreaterThan(1024);
        fixture.closeAndReopen();
        assertThat(fixture.log.lastTerm()).isEqualTo(39);
        fixture.close();
    }

    @Test
    void keepsASegmentWhoseLastRaftEntryIsNotCommitted() throws IOException {
        fixture.open();
        for (int i = 0; i < 5; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
        }
        fixture.log.append(Batches.leaderChange(1, 2), 2, 0);
        fixture.log.append(Batches.records(Compression.NONE, 100, 5), 2, 0);
        assertThat(fixture.log.segments()).extracting(SegmentInfo::baseOffset).containsExactly(0L, 5L);
        fixture.log.committed(5);
        fixture.log.advanceLogStart(5);
        fixture.log.truncateFrom(6);
        assertThat(fixture.log.lastIndex()).isEqualTo(5);
        assertThat(fixture.log.firstIndex()).isEqualTo(1);
        fixture.closeAndReopen();
        assertThat(fixture.log.lastIndex()).isEqualTo(5);
        fixture.close();
    }

    @Test
    void givesBackMemoryOnceDurableAndCommitted() throws IOException {
        fixture.open();
        for (int i = 0; i < 20; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
        }
        long all = fixture.log.tail().bytes();
        fixture.tasks.runAll();
        assertThat(fixture.log.tail().bytes()).isEqualTo(all);
        fixture.log.committed(20);
        assertThat(fixture.log.tail().bytes()).isBetween(1L, 300L);
        fixture.log.tick(1);
        fixture.log.tick(2);
        assertThat(fixture.log.tail().bytes()).isZero();
        fixture.close();
    }

    @Test
    void expiresSilentProducers() throws IOException {
        fixture.open();
        fixture.log.append(Batches.produced(7, 0, 0, 1, 10), 1, 1000);
        fixture.log.committed(1);
        fixture.log.tick(60_000);
        assertThat(fixture.log.producers().size()).isEqualTo(1);
        fixture.log.tick(62_000);
        assertThat(fixture.log.producers().size()).isZero();
        fixture.close();
    }
}
