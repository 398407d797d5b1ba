package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.wire.record.Compression;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small appends are durable once the redo journal is synced, whatever becomes of the segments that were not. */
class RedoTest {
    private final LogFixture fixture = new LogFixture();
    private final List<Path> synced = new ArrayList<>();

    private void countSyncs() {
        synced.clear();
        fixture.disk.setFaults((operation, path) -> {
            if (operation == Operation.SYNC) {
                synced.add(path);
            }
        });
    }

    private void append(int count, int term) {
        for (int i = 0; i < count; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), term, 0);
            fixture.tasks.runAll();
        }
    }

    /** The power goes, and the disk has kept nothing that was not synced. */
    private void losePower() throws IOException {
        fixture.disk.setFaults((operation, path) -> {});
        fixture.kill();
        fixture.disk.powerLoss(nothingKept());
        fixture.open();
    }

    private static Random nothingKept() {
        return new Random(1) {
            @Override
            public int nextInt(int bound) {
                return 0;
            }
        };
    }

    @Test
    void logsThatHaveALittleToWriteShareOneSync() throws IOException {
        fixture.open();
        List<PartitionLog> logs = new ArrayList<>();
        for (int partition = 1; partition <= 20; partition++) {
            LogId id = new LogId("topic", new UUID(7, 8), partition);
            OpenResult opened = fixture.directory.openLog(id, new byte[] {42}, LogFixture.SMALL, 0, false);
            PartitionLog log = ((OpenResult.Opened) opened).log();
            log.start(fixture.tasks.loop, new LogListener() {
                @Override
                public void durable(long lastIndex, int term) {}

                @Override
                public void failed(LogFailure cause) {}
            });
            logs.add(log);
        }
        append(1, 1);
        countSyncs();
        logs.forEach(log -> log.append(Batches.records(Compression.NONE, 100, 1), 1, 0));
        fixture.log.append(Batches.records(Compression.NONE, 100, 1), 1, 0);
        fixture.tasks.runAll();
        assertThat(synced).containsOnly(RedoJournal.file(LogFixture.ROOT, 0));
        assertThat(synced.size()).as("the log that is first goes alone").isLessThanOrEqualTo(2);
        assertThat(fixture.durable).containsExactly(1L, 2L);
    }

    @Test
    void whatWasAcknowledgedIsThereAfterAPowerLoss() throws IOException {
        fixture.open();
        countSyncs();
        append(4, 1);
        assertThat(synced).allMatch(RedoJournal.file(LogFixture.ROOT, 0)::equals);
        assertThat(fixture.durable).containsExactly(1L, 2L, 3L, 4L);
        losePower();
        assertThat(fixture.log.lastIndex()).isEqualTo(4);
        losePower();
        assertThat(fixture.log.lastIndex())
                .as("the journal is not needed twice")
                .isEqualTo(4);
    }

    @Test
    void whatIsLargeIsSyncedWhereItBelongs() throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.open();
        append(1, 1);
        countSyncs();
        fixture.log.append(Batches.records(Compression.NONE, 40_000, 1), 1, 0);
        fixture.tasks.runAll();
        assertThat(synced).containsExactly(SegmentFiles.log(fixture.path(), 0));
        losePower();
        assertThat(fixture.log.lastIndex()).isEqualTo(2);
    }

    @Test
    void whatWasCutDoesNotComeBack() throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.open();
        append(3, 1);
        fixture.log.truncateFrom(2);
        fixture.tasks.runAll();
        losePower();
        assertThat(fixture.log.lastIndex()).isEqualTo(1);
        append(1, 1);
        fixture.log.truncateFrom(2);
        fixture.log.append(Batches.leaderChange(1, 2), 2, 0);
        // Synced where it belongs: nothing newer of the journal stands in its place.
        fixture.log.append(Batches.records(Compression.NONE, 40_000, 1), 2, 0);
        fixture.tasks.runAll();
        losePower();
        assertThat(fixture.log.lastIndex()).isEqualTo(3);
        assertThat(fixture.log.lastTerm()).isEqualTo(2);
    }

    @Test
    void aLogThatIsMadeAnewIsNotFilledFromItsPredecessors() throws IOException {
        fixture.open();
        append(3, 1);
        fixture.log.close();
        fixture.tasks.runAll();
        fixture.directory.delete(LogFixture.ID);
        OpenResult anew = fixture.directory.openLog(LogFixture.ID, new byte[] {42}, LogFixture.SMALL, 0, true);
        assertThat(anew).isInstanceOf(OpenResult.Opened.class);
        losePower();
        assertThat(fixture.log.lastIndex()).isZero();
    }

    @Test
    void lapsFollowEachOtherWithoutLoss() throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.redoBytes = 8192;
        fixture.open();
        int appended = 0;
        // Four times round, and back to the start with the power gone at each point of it.
        for (int more = 0; more < 40; more++) {
            append(more, 1);
            appended += more;
            losePower();
            assertThat(fixture.log.lastIndex()).isEqualTo(appended);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void damageOfTheJournalMakesReplicasForgetfulIfThePowerWent(boolean powerLost) throws IOException {
        fixture.hasPeers = true;
        fixture.open();
        append(3, 1);
        fixture.kill();
        if (powerLost) {
            fixture.disk.powerLoss(new Random(1));
        }
        fixture.disk.flip(RedoJournal.file(LogFixture.ROOT, 0), 512 + 40, 1);
        fixture.open();
        assertThat(fixture.log.isForgetful()).isEqualTo(powerLost);
        fixture.close();
    }

    /** Seven appends fill a lap; of the first lap the last frame, or everything, is gone. */
    @ParameterizedTest
    @ValueSource(ints = {7 * 512, 0})
    void whatIsLostFromTheEndOfTheLapBeforeMakesReplicasForgetful(int from) throws IOException {
        fixture.hasPeers = true;
        fixture.config = LogConfig.DEFAULT;
        fixture.redoBytes = 8192;
        fixture.open();
        append(9, 1);
        fixture.kill();
        fixture.disk.powerLoss(new Random(1));
        try (FileHandle journal = fixture.disk.open(RedoJournal.file(LogFixture.ROOT, 0), FileSystem.Access.WRITE)) {
            journal.truncate(from);
        }
        fixture.open();
        assertThat(fixture.log.isForgetful()).isTrue();
        fixture.close();
    }

    @Test
    void damageOfTheJournalLosesNothingThatAKilledProcessWrote() throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.open();
        append(1, 1);
        fixture.kill();
        fixture.disk.flip(RedoJournal.file(LogFixture.ROOT, 0), 512 + 40, 1);
        // As far as it comes before the power goes as well: to the journal, but not to the log.
        fixture.directory =
                LogDirectory.open(fixture.disk, LogFixture.ROOT, LogFixture.IDENTITY, fixture.tasks.background);
        fixture.log = null;
        fixture.directory.abandon();
        fixture.tasks.clear();
        fixture.disk.killProcess();
        fixture.disk.powerLoss(nothingKept());
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(1);
    }

    /** Seven appends fill a lap, so that what says that they were cut is in the same lap, or in the next. */
    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void whatWasCutDoesNotComeBackIfTheJournalIsDamagedWhereItSaysSo(int appends) throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.redoBytes = 8192;
        fixture.open();
        append(appends, 1);
        fixture.log.truncateFrom(2);
        fixture.log.append(Batches.leaderChange(1, 2), 2, 0);
        fixture.log.append(Batches.records(Compression.NONE, 40_000, 1), 2, 0);
        fixture.tasks.runAll();
        fixture.kill();
        int barrier = (1 + appends % 7) * 512;
        fixture.disk.flip(RedoJournal.file(LogFixture.ROOT, appends / 7), barrier + 40, 1);
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(3);
        assertThat(fixture.log.lastTerm()).isEqualTo(2);
        fixture.close();
    }

    @Test
    void whatWasCutDoesNotComeBackIfTheLapThatEndedWithSayingSoHasLostItsEnd() throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.redoBytes = 8192;
        fixture.open();
        append(6, 1);
        fixture.log.truncateFrom(2);
        fixture.log.append(Batches.leaderChange(1, 2), 2, 0);
        fixture.tasks.runAll();
        // With these the next lap begins.
        append(2, 2);
        fixture.log.append(Batches.records(Compression.NONE, 40_000, 1), 2, 0);
        fixture.tasks.runAll();
        fixture.kill();
        try (FileHandle journal = fixture.disk.open(RedoJournal.file(LogFixture.ROOT, 0), FileSystem.Access.WRITE)) {
            journal.truncate(7 * 512);
        }
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(5);
        assertThat(fixture.log.lastTerm()).isEqualTo(2);
        fixture.close();
    }

    @Test
    void aGapBeforeWhatTheJournalHoldsMakesTheReplicaForgetful() throws IOException {
        fixture.hasPeers = true;
        fixture.config = LogConfig.DEFAULT;
        fixture.open();
        fixture.log.append(Batches.records(Compression.NONE, 40_000, 1), 1, 0);
        fixture.tasks.runAll();
        append(1, 1);
        fixture.kill();
        fixture.disk.powerLoss(new Random(1));
        try (FileHandle segment = fixture.disk.open(SegmentFiles.log(fixture.path(), 0), FileSystem.Access.WRITE)) {
            segment.truncate(0);
        }
        fixture.open();
        assertThat(fixture.log.isForgetful()).isTrue();
        fixture.close();
    }
}
