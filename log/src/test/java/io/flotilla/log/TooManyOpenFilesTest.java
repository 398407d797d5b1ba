package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.CountingFiles;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Faults;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.fs.TooManyOpenFilesException;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.LastStop;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.wire.record.Compression;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A process that can open no more files knows nothing about those it cannot open: it damages none, sets none aside, and goes on
 * where it was once it can. Each test lets one more file be opened before it is short of them, until what it tries succeeds.
 */
class TooManyOpenFilesTest {
    private static final int RECORDS = 30;
    private static final int MOST_FILES = 200;

    private final List<LogFixture> fixtures = new ArrayList<>();

    @AfterEach
    void giveBackMemory() {
        fixtures.forEach(LogFixture::kill);
    }

    private LogFixture opened(UnaryOperator<FileSystem> seenAs) throws IOException {
        LogFixture fixture = new LogFixture();
        fixture.hasPeers = true;
        fixture.files = seenAs.apply(fixture.disk);
        fixture.open();
        fixtures.add(fixture);
        return fixture;
    }

    private LogFixture filled() throws IOException {
        LogFixture fixture = opened(disk -> disk);
        fixture.fill(RECORDS, 11);
        return fixture;
    }

    private static byte[] all(LogFixture fixture) {
        ByteBuf all = Unpooled.buffer();
        for (long next = fixture.log.firstIndex(); next <= fixture.log.lastIndex(); ) {
            ReadResult.Batches batches = fixture.entries(next, fixture.log.lastIndex(), 1 << 20);
            all.writeBytes(batches.bytes());
            batches.bytes().release();
            next = batches.lastIndex() + 1;
        }
        return ByteBufUtil.getBytes(all);
    }

    private static void assertNothingIsSetAside(LogFixture fixture) throws IOException {
        assertThat(fixture.disk.list(LogFixture.ROOT)).noneMatch(name -> name.endsWith("-stray"));
        assertThat(fixture.disk.list(fixture.path())).noneMatch(name -> name.endsWith(".quarantine"));
        assertThat(fixture.log.isForgetful()).isFalse();
        assertThat(fixture.failure).isNull();
        assertThat(fixture.directory.failure()).isNull();
    }

    private static void assertWholeOnceReopened(LogFixture fixture, byte[] expected) throws IOException {
        fixture.disk.setFaults(Faults.none());
        fixture.open();
        fixture.log.tick(fixture.now);
        assertThat(all(fixture)).isEqualTo(expected);
        assertNothingIsSetAside(fixture);
    }

    /** Something to be tried while few files can be opened; whether it succeeds. */
    private interface Attempt {
        boolean succeeds(int files) throws IOException;
    }

    private static void tryUntilItSucceeds(Attempt attempt) throws IOException {
        int files = 0;
        while (!attempt.succeeds(files)) {
            assertThat(++files).isLessThan(MOST_FILES);
        }
        assertThat(files).isPositive();
    }

    // ---- opening

    @Test
    void aLogIsOpenedOnceItsFilesCanBe() throws IOException {
        byte[] expected = all(filled());
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            CountingFiles counting = new CountingFiles(fixture.disk);
            fixture.files = counting;
            fixture.kill();
            fixture.disk.powerLoss(Seeds.random(files));
            fixture.directory =
                    LogDirectory.open(counting, LogFixture.ROOT, LogFixture.IDENTITY, fixture.tasks.background);
            int open = counting.open;
            fixture.openAtMost(files);
            boolean done = true;
            try {
                OpenResult result = openLog(fixture);
                assertThat(result).isInstanceOf(OpenResult.Opened.class);
            } catch (TooManyOpenFilesException e) {
                done = false;
                assertThat(counting.open).as("files left open").isEqualTo(open);
                fixture.openFreely();
                assertThat(openLog(fixture)).isInstanceOf(OpenResult.Opened.class);
            }
            fixture.openFreely();
            assertThat(LastStop.read(fixture.disk, LogFixture.ROOT)).isEqualTo(LastStop.KILLED);
            fixture.kill();
            assertWholeOnceReopened(fixture, expected);
            return done;
        });
    }

    private static OpenResult openLog(LogFixture fixture) throws IOException {
        return fixture.directory.openLog(LogFixture.ID, new byte[] {42}, fixture.config, fixture.now, true);
    }

    @Test
    void aDirectoryThatCannotBeOpenedIsLeftAsItIs() throws IOException {
        byte[] expected = all(filled());
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            fixture.kill();
            fixture.openAtMost(files);
            boolean done = true;
            try {
                fixture.directory =
                        LogDirectory.open(fixture.disk, LogFixture.ROOT, LogFixture.IDENTITY, fixture.tasks.background);
                assertThat(fixture.directory.logs()).containsExactly(LogFixture.ID);
                fixture.kill();
            } catch (TooManyOpenFilesException e) {
                done = false;
            }
            assertWholeOnceReopened(fixture, expected);
            return done;
        });
    }

    @Test
    void aLogThatIsMadeIsWholeHoweverOftenThatIsTried() throws IOException {
        LogId id = new LogId("new", new UUID(9, 9), 0);
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            fixture.openAtMost(files);
            boolean done = true;
            try {
                openNew(fixture, id);
            } catch (TooManyOpenFilesException e) {
                done = false;
                assertThat(fixture.directory.contains(id)).isFalse();
                fixture.disk.setFaults(Faults.none());
                openNew(fixture, id);
            }
            // Its name must be durable by now, or what it acknowledges could go with it.
            fixture.kill();
            fixture.disk.powerLoss(Seeds.random(files));
            fixture.disk.setFaults(Faults.none());
            fixture.open();
            assertThat(fixture.directory.contains(id)).isTrue();
            assertThat(fixture.disk.list(LogFixture.ROOT)).noneMatch(name -> name.endsWith("-create"));
            assertNothingIsSetAside(fixture);
            return done;
        });
    }

    private static void openNew(LogFixture fixture, LogId id) throws IOException {
        assertThat(fixture.directory.openLog(id, new byte[] {1}, fixture.config, fixture.now, true))
                .isInstanceOf(OpenResult.Opened.class);
    }

    // ---- reading

    @Test
    void aReadSaysThatItCouldNotBeDoneAndNotThatTheLogIsDamaged() throws IOException {
        byte[] expected = all(filled());
        tryUntilItSucceeds(files -> {
            LogFixture fixture = opened(CountingFiles::new);
            fixture.fill(RECORDS, 11);
            // The indexes must be made anew for some of the reads.
            fixture.disk.delete(SegmentFiles.index(fixture.path(), 0));
            fixture.openAtMost(files);
            boolean done = true;
            for (long offset = 0; offset < RECORDS && done; offset++) {
                done = isRead(fixture.await(fixture.log.fetch(offset, RECORDS, 1, true)))
                        && isRead(fixture.await(fixture.log.fetchToSend(offset, RECORDS, 1 << 20, true)))
                        && isRead(fixture.await(fixture.log.readEntries(offset + 1, fixture.log.lastIndex(), 1)));
            }
            fixture.openFreely();
            assertThat(all(fixture)).isEqualTo(expected);
            assertNothingIsSetAside(fixture);
            fixture.close();
            assertThat(((CountingFiles) fixture.files).open)
                    .as("files left open")
                    .isZero();
            return done;
        });
    }

    private static boolean isRead(ReadResult result) {
        if (result instanceof ReadResult.Batches batches) {
            batches.bytes().release();
            return true;
        }
        assertThat(result)
                .isInstanceOfSatisfying(ReadResult.Unavailable.class, unavailable -> assertThat(unavailable.cause())
                        .hasMessageContaining("Raise the limit of open files"));
        return false;
    }

    @Test
    void aSearchByTimeFailsAndIsNotTakenForDamage() throws IOException {
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            fixture.openAtMost(files);
            List<CompletableFuture<RecordPosition>> searches = new ArrayList<>();
            for (long time = 0; time < RECORDS; time += 5) {
                searches.add(fixture.log.findByTimestamp(time, RECORDS));
                searches.add(fixture.log.findMaxTimestamp(time + 1));
            }
            fixture.tasks.runAll();
            boolean done = true;
            for (CompletableFuture<RecordPosition> search : searches) {
                assertThat(search).isDone();
                if (search.isCompletedExceptionally()) {
                    done = false;
                    assertThatThrownBy(search::join).hasCauseInstanceOf(ShortageException.class);
                }
            }
            fixture.openFreely();
            for (long time = 0; time < RECORDS; time++) {
                assertThat(fixture.await(fixture.log.findByTimestamp(time, RECORDS))
                                .offset())
                        .isEqualTo(time);
            }
            fixture.close();
            return done;
        });
    }

    @Test
    void aLookForDamageFindsNoneInFilesThatCannotBeOpened() throws IOException {
        LogFixture fixture = filled();
        Path segment = SegmentFiles.log(fixture.path(), 0);
        fixture.openAtMost(0);
        CompletableFuture<DamagedSpot> looked = fixture.log.findDamage(new Damage(segment, 0, "somebody says so"));
        fixture.tasks.runAll();
        assertThatThrownBy(looked::join).hasCauseInstanceOf(ShortageException.class);
        fixture.openFreely();
        assertThat(fixture.await(fixture.log.findDamage(new Damage(segment, 0, "somebody says so"))))
                .isNull();
        fixture.close();
    }

    @Test
    void indexesThatCannotBeKeptAreUsedAllTheSame() throws IOException {
        LogFixture fixture = filled();
        Path index = SegmentFiles.index(fixture.path(), 0);
        fixture.disk.delete(index);
        // Room for a name, but not for what is in it.
        fixture.disk.setCapacity(1);
        ReadResult.Batches batches = fixture.fetch(3, RECORDS, 1);
        assertThat(batches.lastIndex()).isPositive();
        batches.bytes().release();
        assertThat(fixture.disk.exists(index)).isFalse();
        assertThat(fixture.disk.list(fixture.path())).noneMatch(name -> name.endsWith(SmallFiles.TEMPORARY));
        fixture.disk.setCapacity(Long.MAX_VALUE);
        fixture.fetch(3, RECORDS, 1).bytes().release();
        assertThat(fixture.disk.exists(index)).isTrue();
        fixture.close();
    }

    // ---- writing

    @Test
    void whatIsWrittenWaitsAndThenGoesOnInOrder() throws IOException {
        tryUntilItSucceeds(files -> {
            LogFixture fixture = opened(disk -> disk);
            fixture.openAtMost(files);
            fixture.fill(RECORDS, 11);
            boolean done = !fixture.directory.isShortOfSpace();
            assertThat(fixture.failure).isNull();
            fixture.openFreely();
            assertThat(fixture.directory.isShortOfSpace()).isFalse();
            assertThat(fixture.log.durableIndex()).isEqualTo(fixture.log.lastIndex());
            long last = fixture.log.lastIndex();
            fixture.kill();
            fixture.disk.powerLoss(Seeds.random(files));
            fixture.open();
            assertThat(fixture.log.lastIndex()).isEqualTo(last);
            assertNothingIsSetAside(fixture);
            fixture.close();
            return done;
        });
    }

    @Test
    void itIsTriedAgainEachTimeAndOnAFullDiskOnlyOnceThereIsRoom() throws IOException {
        LogFixture fixture = opened(disk -> disk);
        fixture.disk.setCapacity(1 << 10);
        fixture.openAtMost(0);
        fixture.fill(RECORDS, 11);
        assertThat(fixture.log.durableIndex()).isZero();
        // The files are to be opened for it before anything else; that it is full as well comes out then.
        fixture.openFreely();
        assertThat(fixture.directory.isShortOfSpace()).isTrue();
        assertThat(fixture.log.durableIndex()).isLessThan(fixture.log.lastIndex());
        fixture.disk.setCapacity(Long.MAX_VALUE);
        fixture.openFreely();
        assertThat(fixture.log.durableIndex()).isEqualTo(fixture.log.lastIndex());
        fixture.close();
    }

    @Test
    void aRepairWaitsForItsFilesToo() throws IOException {
        LogFixture good = filled();
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            Path segment = SegmentFiles.log(fixture.path(), 0);
            byte[] before = SmallFiles.read(fixture.disk, segment);
            fixture.disk.flip(segment, 200, 1);
            DamagedSpot spot = fixture.await(fixture.log.findDamage(new Damage(segment, 200, "flipped")));
            ByteBuf batches =
                    good.entries(spot.index(), good.log.lastIndex(), 1 << 20).bytes();
            fixture.openAtMost(files);
            CompletableFuture<RepairResult> repaired = fixture.log.repair(spot, batches);
            fixture.tasks.runAll();
            boolean done = repaired.isDone();
            fixture.openFreely();
            assertThat(fixture.await(repaired)).isInstanceOf(RepairResult.Repaired.class);
            assertThat(SmallFiles.read(fixture.disk, segment)).isEqualTo(before);
            assertThat(fixture.failure).isNull();
            fixture.close();
            return done;
        });
    }

    @Test
    void aSnapshotIsInstalledWithoutLosingBothLogs() throws IOException {
        LogFixture leader = filled();
        leader.log.advanceLogStart(20);
        leader.tasks.runAll();
        LogSnapshot snapshot = leader.log.snapshotForInstall();
        tryUntilItSucceeds(files -> {
            boolean done = false;
            for (boolean crash : new boolean[] {true, false}) {
                LogFixture fixture = opened(disk -> disk);
                fixture.log.append(Batches.records(Compression.NONE, 60, 1), 1, 0);
                fixture.tasks.runAll();
                long before = fixture.log.lastIndex();
                fixture.openAtMost(files);
                fixture.log.installSnapshot(snapshot.bytes());
                fixture.tasks.runAll();
                done = fixture.durable.contains(snapshot.index());
                if (!crash) {
                    fixture.openFreely();
                    assertThat(fixture.durable).contains(snapshot.index());
                }
                boolean isInstalled = fixture.durable.contains(snapshot.index());
                fixture.kill();
                fixture.disk.powerLoss(Seeds.random(files));
                fixture.disk.setFaults(Faults.none());
                fixture.open();
                assertThat(fixture.report.created()).isFalse();
                assertThat(fixture.log.lastIndex()).isIn(snapshot.index(), isInstalled ? snapshot.index() : before);
                assertNothingIsSetAside(fixture);
                fixture.close();
            }
            return done;
        });
    }

    // ---- what is done with whole logs

    @Test
    void aLogIsDeletedOrSetAsideAltogetherOrNotAtAll() throws IOException {
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            fixture.log.close();
            fixture.tasks.runAll();
            fixture.openAtMost(files);
            boolean done = true;
            try {
                fixture.directory.setAside(LogFixture.ID);
            } catch (TooManyOpenFilesException e) {
                done = false;
                assertThat(fixture.directory.contains(LogFixture.ID)).isTrue();
                assertThat(fixture.disk.exists(fixture.path())).isTrue();
                fixture.disk.setFaults(Faults.none());
                fixture.directory.setAside(LogFixture.ID);
            }
            fixture.kill();
            fixture.disk.powerLoss(Seeds.random(files));
            fixture.disk.setFaults(Faults.none());
            assertThat(fixture.disk.exists(fixture.path())).isFalse();
            return done;
        });
    }

    @Test
    void aMoveIsTriedAgainToItsEnd() throws IOException {
        Path other = Path.of("/other");
        tryUntilItSucceeds(files -> {
            LogFixture fixture = filled();
            LogDirectory to = LogDirectory.open(
                    fixture.disk, other, new MetaProperties("cluster", 1, new UUID(5, 6)), fixture.tasks.background);
            LogMove move = new LogMove(LogFixture.ID, fixture.directory, to);
            move.begin();
            List<SettledParts.Part> parts = new SettledParts(fixture.log).all();
            fixture.log.close();
            fixture.tasks.runAll();
            move.finish(parts);
            CompletableFuture<Void> adopted = move.adopt(fixture.tasks.loop);
            fixture.tasks.runAll();
            assertThat(adopted).isCompleted();
            boolean done = true;
            for (int left = files; ; left = MOST_FILES) {
                fixture.openAtMost(left);
                try {
                    move.commit();
                    break;
                } catch (TooManyOpenFilesException e) {
                    done = false;
                }
            }
            assertThat(to.failure()).isNull();
            assertThat(fixture.directory.failure()).isNull();
            to.abandon();
            fixture.kill();
            fixture.disk.powerLoss(Seeds.random(files));
            fixture.disk.setFaults(Faults.none());
            assertThat(fixture.disk.exists(fixture.path())).isFalse();
            LogDirectory again = LogDirectory.open(fixture.disk, other, to.identity(), fixture.tasks.background);
            assertThat(again.logs()).containsExactly(LogFixture.ID);
            return done;
        });
    }

    @Test
    void deletedLogsAreRemovedOnceTheyCanBeListed() throws IOException {
        LogFixture fixture = filled();
        fixture.log.close();
        fixture.tasks.runAll();
        fixture.directory.delete(LogFixture.ID);
        fixture.openAtMost(0);
        fixture.tasks.runAll();
        fixture.directory.upkeep(0);
        fixture.disk.setFaults(Faults.none());
        assertThat(fixture.disk.list(LogFixture.ROOT)).anyMatch(name -> name.endsWith("-delete"));
        fixture.openFreely();
        assertThat(fixture.disk.list(LogFixture.ROOT)).noneMatch(name -> name.endsWith("-delete"));
    }
}
