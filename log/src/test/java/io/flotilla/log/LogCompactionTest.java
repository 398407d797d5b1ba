package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.CountingFiles;
import io.flotilla.log.maintain.CompactionPlan;
import io.flotilla.log.maintain.Compactor;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a compaction may and may not touch, and what it looks like from outside while it runs. */
class LogCompactionTest {
    private static final long RETENTION_MS = 5000;
    private static final long EVERYWHERE = Long.MAX_VALUE;

    private final LogFixture fixture = new LogFixture();

    @BeforeEach
    void open() throws IOException {
        fixture.open();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static ByteBuf record(String key, String value, long timestamp) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
            return builder.append(timestamp, key, value).build();
        }
    }

    private void append(String key, String value) {
        fixture.log.append(record(key, value, fixture.now), 1, fixture.now);
    }

    /** Closes the active segment, and commits all. */
    private void roll() {
        fixture.tasks.runAll();
        fixture.log.committed(fixture.log.lastIndex());
        fixture.now += fixture.config.segmentMs();
        fixture.log.tick(fixture.now);
        fixture.log.tick(fixture.now);
        fixture.tasks.runAll();
    }

    private CompactionPlan plan(long minLagMs, long everywhere) {
        return fixture.log
                .compaction()
                .plan(new CompactionSettings(minLagMs, RETENTION_MS, 1 << 20), everywhere, fixture.now);
    }

    private void compact(long everywhere) throws IOException {
        CompactionPlan plan = plan(0, everywhere);
        assertThat(plan).isNotNull();
        try (Compactor compactor = new Compactor(fixture.disk, plan)) {
            for (Compactor.Progress next = compactor.step(1 << 20); ; next = compactor.step(1 << 20)) {
                if (next instanceof Compactor.Progress.Done done) {
                    fixture.log.compaction().cleaned(done.cleanedTo());
                    fixture.tasks.runAll();
                    return;
                } else if (next instanceof Compactor.Progress.Compacted compacted) {
                    assertThat(fixture.await(fixture.log.compaction().swap(compacted.segment())))
                            .isTrue();
                }
            }
        }
    }

    private List<String> records() {
        return records(fixture.log.firstIndex());
    }

    private List<String> records(long fromIndex) {
        List<String> result = new ArrayList<>();
        long next = fromIndex;
        while (next <= fixture.log.lastIndex()) {
            ReadResult.Batches batches = fixture.entries(next, fixture.log.lastIndex(), 1 << 20);
            BatchCursor cursor = new BatchCursor().wrap(batches.bytes());
            while (cursor.next() == BatchCursor.Step.BATCH) {
                RecordBatch batch = cursor.batch();
                if (batch.recordCount() == 0) {
                    result.add(batch.baseOffset() + ".." + batch.lastOffset());
                } else if (!batch.isRaftEntry()) {
                    Records.forEach(batch, 1 << 20, record -> result.add(record.keyText() + "=" + record.valueText()));
                }
            }
            next = batches.lastIndex() + 1;
            batches.bytes().release();
        }
        return result;
    }

    @Test
    void aSwapWaitsUntilFilesCanBeOpened() throws IOException {
        append("a", "1");
        append("a", "2");
        roll();
        append("a", "3");
        roll();
        int files = 0;
        boolean hasWaited;
        do {
            append("a", "more " + files);
            roll();
            hasWaited = compactOpeningAtMost(files++);
        } while (hasWaited);
        assertThat(files).isGreaterThan(1);
        assertThat(records()).filteredOn(record -> record.startsWith("a=")).hasSize(1);
        assertThat(fixture.failure).isNull();
    }

    /** Compacts; while each segment is swapped in, only few files can be opened. Whether one had to wait for that. */
    private boolean compactOpeningAtMost(int files) throws IOException {
        boolean hasWaited = false;
        try (Compactor compactor = new Compactor(fixture.disk, plan(0, EVERYWHERE))) {
            Compactor.Progress next = compactor.step(1 << 20);
            for (; next instanceof Compactor.Progress.Compacted compacted; next = compactor.step(1 << 20)) {
                fixture.openAtMost(files);
                CompletableFuture<Boolean> swapped = fixture.log.compaction().swap(compacted.segment());
                fixture.tasks.runAll();
                hasWaited |= !swapped.isDone();
                fixture.openFreely();
                assertThat(swapped).isCompletedWithValue(true);
            }
            fixture.log.compaction().cleaned(((Compactor.Progress.Done) next).cleanedTo());
            fixture.tasks.runAll();
        }
        return hasWaited;
    }

    @Test
    void theActiveSegmentAndWhatIsNotCommittedStay() throws IOException {
        append("a", "1");
        append("a", "2");
        roll();
        append("a", "three");
        compact(EVERYWHERE);
        assertThat(records()).containsExactly("0..0", "a=2", "a=three");
        fixture.tasks.runAll();
        fixture.now += fixture.config.segmentMs();
        fixture.log.tick(fixture.now);
        fixture.log.tick(fixture.now);
        fixture.tasks.runAll();
        assertThat(fixture.log.segments()).hasSize(3);
        assertThat(plan(0, EVERYWHERE)).as("the third is not committed").isNull();
        fixture.log.committed(fixture.log.lastIndex());
        fixture.log.tick(fixture.now);
        compact(EVERYWHERE);
        assertThat(records()).containsExactly("0..1", "a=three");
        assertThat(fixture.log.segments()).hasSize(2);
    }

    @Test
    void segmentsOfWhichNothingStaysBecomePartOfTheOneBefore() throws IOException {
        String large = "x".repeat(600);
        append("kept", "for ever");
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 8; i++) {
                append("a", large);
                roll();
            }
            append("b", "active");
            compact(EVERYWHERE);
            assertThat(fixture.log.segments().size())
                    .as(
                            "the first, the last one of the round before, eight that were compacted on their own, the active one")
                    .isLessThanOrEqualTo(1 + 1 + 8 + 1);
        }
        List<String> left = records();
        assertThat(left).startsWith("kept=for ever").endsWith("a=" + large, "b=active");
        fixture.closeAndReopen();
        assertThat(records()).isEqualTo(left);
    }

    @Test
    void filesOfSegmentsThatStayAsTheyAreAreClosed() throws IOException {
        for (String key : List.of("a", "b", "c")) {
            append(key, "x".repeat(600));
            roll();
        }
        CountingFiles counting = new CountingFiles(fixture.disk);
        try (Compactor compactor = new Compactor(counting, plan(0, EVERYWHERE))) {
            assertThat(compactor.step(1 << 20)).isInstanceOf(Compactor.Progress.Done.class);
        }
        assertThat(counting.opened).hasSizeGreaterThanOrEqualTo(3);
        assertThat(counting.open).isZero();
    }

    @Test
    void youngSegmentsStay() {
        append("a", "1");
        roll();
        assertThat(plan(fixture.config.segmentMs() + 1, EVERYWHERE)).isNull();
        assertThat(fixture.log
                        .compaction()
                        .backlog(fixture.now, fixture.config.segmentMs() + 1)
                        .dirtyBytes())
                .isZero();
        assertThat(plan(fixture.config.segmentMs(), EVERYWHERE)).isNotNull();
    }

    @Test
    void aTombstoneStaysForItsTimeAndUntilAllReplicasHaveIt() throws IOException {
        append("a", "1");
        append("a", null);
        roll();
        compact(EVERYWHERE);
        assertThat(records()).containsExactly("0..0", "a=null");
        append("b", "1");
        roll();
        compact(EVERYWHERE);
        assertThat(records()).as("its time begins with the first compaction").containsExactly("0..0", "a=null", "b=1");
        fixture.now += RETENTION_MS;
        append("b", "2");
        roll();
        compact(1);
        assertThat(records()).as("a replica lacks it").containsExactly("0..0", "a=null", "2..2", "b=2");
        append("b", "3");
        roll();
        compact(2);
        assertThat(records()).containsExactly("0..3", "b=3");
    }

    @Test
    void theRatioTellsHowMuchIsDirtyAlsoAfterARestart() throws IOException {
        append("a", "1");
        roll();
        assertThat(fixture.log.compaction().backlog(fixture.now, 0).dirtyRatio())
                .isEqualTo(1);
        compact(EVERYWHERE);
        assertThat(fixture.log.compaction().backlog(fixture.now, 0).dirtyRatio())
                .isZero();
        append("b", "1");
        roll();
        assertThat(fixture.log.compaction().backlog(fixture.now, 0).dirtyRatio())
                .isEqualTo(0.5);
        fixture.closeAndReopen();
        assertThat(fixture.log.compaction().backlog(fixture.now, 0).dirtyRatio())
                .isEqualTo(0.5);
    }

    @Test
    void entriesAreServedFromTheMiddleOfWhatIsEmpty() throws IOException {
        for (int i = 0; i < 5; i++) {
            append("a", "value " + i);
        }
        roll();
        append("b", "1");
        compact(EVERYWHERE);
        assertThat(records()).containsExactly("0..3", "a=value 4", "b=1");
        assertThat(records(3)).containsExactly("2..3", "a=value 4", "b=1");
        assertThat(records(4)).containsExactly("3..3", "a=value 4", "b=1");
    }

    @Test
    void aFollowerTakesTheRestOfAnEmptyBatchThatItHasTheBeginningOf() {
        for (int i = 0; i < 3; i++) {
            append("a", "value " + i);
        }
        fixture.log.append(Batches.leaderChange(1, 2), 2, fixture.now);
        ByteBuf leaders = io.netty.buffer.Unpooled.buffer();
        io.flotilla.wire.record.EmptyBatch.write(leaders, 1, 6, 1);
        ByteBuf fitting = fixture.log.fitting(2, leaders);
        assertThat(spans(fitting)).as("term 2 is not the leader's").containsExactly("1..2", "3..5");
        fixture.log.truncateFrom(4);
        ByteBuf atTheEnd = fixture.log.fitting(2, leaders);
        assertThat(spans(atTheEnd)).containsExactly("1..2", "3..5");
        assertThat(fixture.log.fitting(4, leaders)).isSameAs(leaders);
        fixture.tasks.runAll();
    }

    private static List<String> spans(ByteBuf batches) {
        List<String> spans = new ArrayList<>();
        BatchCursor cursor = new BatchCursor().wrap(batches);
        while (cursor.next() == BatchCursor.Step.BATCH) {
            assertThat(cursor.batch().isCrcValid()).isTrue();
            spans.add(cursor.batch().baseOffset() + ".." + cursor.batch().lastOffset());
        }
        return spans;
    }

    @Test
    void readsThatASwapOvertakesAreDoneAgain() throws IOException {
        for (int i = 0; i < 5; i++) {
            append("a", "value " + i);
        }
        roll();
        append("a", "newest");
        roll();
        try (Compactor compactor = new Compactor(fixture.disk, plan(0, EVERYWHERE))) {
            Compactor.Progress.Compacted first = (Compactor.Progress.Compacted) compactor.step(1 << 20);
            var swapped = fixture.log.compaction().swap(first.segment());
            // The swap is done, and the loop does not know yet.
            fixture.tasks.runBackground();
            var read = fixture.log.readEntries(3, 6, 1 << 20);
            var search = fixture.log.findByTimestamp(0, 6);
            fixture.tasks.runBackground();
            ReadResult result = fixture.await(read);
            assertThat(result).isInstanceOf(ReadResult.Batches.class);
            assertThat(spans(((ReadResult.Batches) result).bytes())).containsExactly("2..4", "5..5");
            ((ReadResult.Batches) result).bytes().release();
            assertThat(fixture.await(search).offset()).isEqualTo(5);
            assertThat(swapped).isCompletedWithValue(true);
        }
    }

    @Test
    void segmentsThatRetentionTookMeanwhileAreNotSwappedIn() throws IOException {
        append("a", "1");
        append("a", "2");
        roll();
        append("a", "three");
        roll();
        try (Compactor compactor = new Compactor(fixture.disk, plan(0, EVERYWHERE))) {
            Compactor.Progress.Compacted first = (Compactor.Progress.Compacted) compactor.step(1 << 20);
            fixture.log.advanceLogStart(2);
            assertThat(fixture.await(fixture.log.compaction().swap(first.segment())))
                    .isFalse();
        }
        fixture.tasks.runAll();
        assertThat(records()).containsExactly("a=three");
        fixture.closeAndReopen();
        assertThat(records()).containsExactly("a=three");
    }

    @Test
    void damageIsReportedAndNotCompacted() throws IOException {
        append("a", "1");
        append("a", "2");
        roll();
        fixture.disk.flip(fixture.path().resolve("00000000000000000000.log"), 65, 1);
        try (Compactor compactor = new Compactor(fixture.disk, plan(0, EVERYWHERE))) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> compactor.step(1 << 20))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining("CRC mismatch");
        }
        assertThat(fixture.disk.list(fixture.path())).noneMatch(name -> name.endsWith(".cleaned"));
        fixture.disk.flip(fixture.path().resolve("00000000000000000000.log"), 65, 1);
    }

    @Test
    void aNewestSnapshotThatIsDamagedIsDoneWithout() throws IOException {
        for (int i = 0; i < 5; i++) {
            append("a", "value " + i);
        }
        roll();
        append("b", "1");
        roll();
        compact(EVERYWHERE);
        List<String> before = records();
        fixture.close();
        List<String> snapshots = fixture.disk.list(fixture.path()).stream()
                .filter(name -> name.endsWith(".snapshot"))
                .toList();
        fixture.disk.flip(fixture.path().resolve(snapshots.get(snapshots.size() - 1)), 30, 1);
        fixture.open();
        assertThat(records()).isEqualTo(before);
    }
}
