package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads beyond what {@link LogModelTest} covers: bounds, index files, damage, and what overtakes a read. */
class ReadTest {
    private static final int RECORDS = 30;

    private final LogFixture fixture = new LogFixture();

    /** A log of single records over several segments, none of it in memory. */
    @BeforeEach
    void fill() throws IOException {
        fixture.open();
        for (int i = 0; i < RECORDS; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
        }
        fixture.tasks.runAll();
    }

    private void commitAndReopen() throws IOException {
        fixture.log.committed(RECORDS);
        fixture.closeAndReopen();
    }

    private Path index(long baseOffset) {
        return SegmentFiles.index(fixture.path(), baseOffset);
    }

    private void assertFetches(long offset) {
        ReadResult.Batches batches = fixture.fetch(offset, RECORDS, 200);
        List<LogModel.Entry> entries = LogModel.parse(batches.bytes(), batches.firstIndex());
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).baseOffset()).isEqualTo(offset);
        batches.bytes().release();
    }

    @Test
    void answersOutOfRangeOutsideOfTheLog() {
        assertThat(fixture.await(fixture.log.readEntries(0, 5, 100))).isInstanceOf(ReadResult.OutOfRange.class);
        assertThat(fixture.await(fixture.log.readEntries(RECORDS + 2, 99, 100)))
                .isInstanceOf(ReadResult.OutOfRange.class);
        assertThat(fixture.await(fixture.log.fetch(RECORDS + 1, 99, 100, true)))
                .isInstanceOf(ReadResult.OutOfRange.class);
        fixture.log.committed(RECORDS);
        fixture.log.advanceLogStart(3);
        assertThat(fixture.await(fixture.log.fetch(2, 99, 100, true))).isInstanceOf(ReadResult.OutOfRange.class);
        fixture.close();
    }

    @Test
    void answersNothingAtTheEndAndAtTheLimit() {
        assertThat(fixture.fetch(RECORDS, RECORDS, 100).bytes().isReadable()).isFalse();
        assertThat(fixture.fetch(7, 7, 100).bytes().isReadable()).isFalse();
        ReadResult.Batches atEnd = fixture.entries(RECORDS + 1, RECORDS + 5, 100);
        assertThat(atEnd.bytes().isReadable()).isFalse();
        assertThat(atEnd.lastIndex()).isEqualTo(RECORDS);
        fixture.close();
    }

    @Test
    void aBatchLargerThanAskedForIsReadOnlyWhenOneIsDemanded() throws IOException {
        commitAndReopen();
        ReadResult.Batches none = (ReadResult.Batches) fixture.await(fixture.log.fetch(3, RECORDS, 50, false));
        assertThat(none.bytes().isReadable()).isFalse();
        none.bytes().release();
        ReadResult.Batches one = fixture.fetch(3, RECORDS, 50);
        assertThat(one.bytes().readableBytes()).isGreaterThan(100);
        one.bytes().release();
        fixture.close();
    }

    @Test
    void makesAMissingOrDamagedIndexAnew() throws IOException {
        commitAndReopen();
        byte[] good = SmallFiles.read(fixture.disk, index(5));
        assertThat(good).isNotEmpty();
        fixture.disk.delete(index(5));
        assertFetches(8);
        assertThat(fixture.disk.exists(index(5))).isTrue();
        for (int position = 0; position < good.length; position++) {
            fixture.disk.flip(index(5), position, 0x04);
            assertFetches(5);
            assertFetches(8);
            assertFetches(9);
        }
        fixture.close();
    }

    @Test
    void neverServesAFlippedBit() throws IOException {
        commitAndReopen();
        fixture.disk.flip(SegmentFiles.log(fixture.path(), 5), 400, 1);
        ReadResult result = fixture.await(fixture.log.fetch(7, RECORDS, 10_000, true));
        assertThat(result).isInstanceOf(ReadResult.Damaged.class);
        Damage damage = ((ReadResult.Damaged) result).damage();
        assertThat(damage.file()).isEqualTo(SegmentFiles.log(fixture.path(), 5));
        assertThat(damage.reason()).contains("CRC mismatch");
        assertFetches(6);
        assertFetches(8);
        fixture.close();
    }

    @Test
    void neverServesABatchWhoseBaseOffsetIsWrong() throws IOException {
        commitAndReopen();
        Path segment = SegmentFiles.log(fixture.path(), 5);
        byte[] good = SmallFiles.read(fixture.disk, segment);
        RecordBatch batch = new RecordBatch();
        for (int start = 0; start < good.length; start += batch.sizeInBytes()) {
            batch.wrap(Unpooled.wrappedBuffer(good), start);
            for (int position = start; position < start + Long.BYTES; position++) {
                fixture.disk.flip(segment, position, 0x02);
                assertThat(fixture.await(fixture.log.fetch(batch.baseOffset(), RECORDS, 10_000, true)))
                        .isInstanceOf(ReadResult.Damaged.class);
                fixture.disk.flip(segment, position, 0x02);
            }
            assertFetches(batch.baseOffset());
        }
        fixture.close();
    }

    @Test
    void neverServesABatchWhoseTermIsWrong() throws IOException {
        commitAndReopen();
        Path segment = SegmentFiles.log(fixture.path(), 5);
        int leaderEpoch = Long.BYTES + Integer.BYTES;
        for (int position = leaderEpoch; position < leaderEpoch + Integer.BYTES; position++) {
            fixture.disk.flip(segment, position, 0x04);
            ReadResult result = fixture.await(fixture.log.fetch(5, RECORDS, 10_000, true));
            assertThat(result).isInstanceOf(ReadResult.Damaged.class);
            assertThat(((ReadResult.Damaged) result).damage().reason()).contains("term");
            fixture.disk.flip(segment, position, 0x04);
            assertFetches(5);
        }
        fixture.close();
    }

    @Test
    void aReadThatATruncationOvertookSeesTheNewEntries() throws IOException {
        fixture.kill();
        fixture.open();
        CompletableFuture<ReadResult> read = fixture.log.readEntries(RECORDS - 1, RECORDS, 10_000);
        CompletableFuture<ReadResult> beyond = fixture.log.readEntries(RECORDS, RECORDS, 10_000);
        fixture.log.truncateFrom(RECORDS - 2);
        fixture.log.append(Batches.leaderChange(2, 2), 2, 0);
        fixture.log.append(Batches.leaderChange(2, 2), 2, 0);
        ReadResult.Batches batches = (ReadResult.Batches) fixture.await(read);
        assertThat(LogModel.parse(batches.bytes(), batches.firstIndex()))
                .singleElement()
                .matches(entry -> entry.term() == 2 && entry.raft());
        batches.bytes().release();
        assertThat(fixture.await(beyond)).isInstanceOf(ReadResult.Batches.class);
        fixture.close();
    }

    @Test
    void aReadThatRetentionOvertookIsOutOfRange() throws IOException {
        commitAndReopen();
        CompletableFuture<ReadResult> read = fixture.log.fetch(1, RECORDS, 10_000, true);
        fixture.log.advanceLogStart(20);
        assertThat(fixture.await(read)).isInstanceOf(ReadResult.OutOfRange.class);
        fixture.close();
    }

    @Test
    void aReadThatACloseOvertookSaysSo() throws IOException {
        commitAndReopen();
        CompletableFuture<ReadResult> read = fixture.log.fetch(1, RECORDS, 10_000, true);
        fixture.close();
        assertThat(fixture.await(read)).isInstanceOf(ReadResult.Closed.class);
    }

    @Test
    void anUnreadableFileIsDamage() throws IOException {
        commitAndReopen();
        fixture.disk.rename(SegmentFiles.log(fixture.path(), 5), fixture.path().resolve("elsewhere"));
        assertThat(fixture.await(fixture.log.fetch(7, RECORDS, 100, true))).isInstanceOf(ReadResult.Damaged.class);
        fixture.close();
    }
}
