package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.HardState;
import io.flotilla.wire.record.Compression;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an interrupted write explains is cut; everything else is damage, reported and left as it is. */
class RecoveryTest {
    /** Where the term stands in a batch: after base offset and length. */
    private static final int TERM_AT = 12;

    private final LogFixture fixture = new LogFixture();

    {
        // Else the journal would bring back what these tests take away.
        fixture.redoBytes = 0;
    }

    private Path segment(long baseOffset) {
        return SegmentFiles.log(fixture.path(), baseOffset);
    }

    /** Appends single records, of which five fill a segment; returns the last index. */
    private long append(int count) {
        for (int i = 0; i < count; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
        }
        fixture.tasks.runAll();
        return fixture.log.lastIndex();
    }

    private long size(Path file) throws IOException {
        try (FileHandle handle = fixture.disk.open(file, FileSystem.Access.READ)) {
            return handle.size();
        }
    }

    private void truncate(Path file, long size) throws IOException {
        try (FileHandle handle = fixture.disk.open(file, FileSystem.Access.WRITE)) {
            handle.truncate(size);
        }
    }

    private Map<String, byte[]> contents() throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : fixture.disk.list(fixture.path())) {
            contents.put(name, SmallFiles.read(fixture.disk, fixture.path().resolve(name)));
        }
        return contents;
    }

    /** Kills the process, does the damage, and expects it to be found and nothing to be changed. */
    private void assertDamaged(Path file, String reason) throws IOException {
        Map<String, byte[]> before = contents();
        OpenResult result = fixture.tryOpen();
        assertThat(result).isInstanceOf(OpenResult.Damaged.class);
        Damage damage = ((OpenResult.Damaged) result).damage();
        assertThat(damage.file()).isEqualTo(file);
        assertThat(damage.reason()).contains(reason);
        Map<String, byte[]> after = contents();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        before.forEach((name, bytes) -> assertThat(after.get(name)).isEqualTo(bytes));
        fixture.directory.abandon();
    }

    @Test
    void cutsATornBatchAtTheEndAndSaysSo() throws IOException {
        fixture.open();
        append(3);
        fixture.kill();
        long size = size(segment(0));
        for (long cut : new long[] {1, 60, 100}) {
            truncate(segment(0), size - cut);
            fixture.open();
            assertThat(fixture.log.lastIndex()).isEqualTo(2);
            assertThat(fixture.report.cutBytes()).isPositive();
            assertThat(fixture.report.notes()).contains("cut");
            append(1);
            fixture.kill();
        }
        fixture.open();
        assertThat(fixture.report.cutBytes()).isZero();
        assertThat(fixture.log.lastIndex()).isEqualTo(3);
        fixture.close();
    }

    @Test
    void cutsZerosThatAHalfDoneWriteLeft() throws IOException {
        fixture.open();
        append(2);
        fixture.kill();
        try (FileHandle handle = fixture.disk.open(segment(0), FileSystem.Access.WRITE)) {
            handle.write(new ByteBuffer[] {ByteBuffer.allocate(300)}, 1, handle.size());
            handle.sync();
        }
        assertDamaged(segment(0), "no batch begins here");
        fixture.disk.powerLoss(Seeds.random(1));
        fixture.open();
        assertThat(fixture.report.cutBytes()).isEqualTo(300);
        assertThat(fixture.log.isForgetful()).isFalse();
        assertThat(fixture.log.lastIndex()).isEqualTo(2);
        fixture.close();
    }

    @Test
    void neverCutsWhatIsKnownToBeCommitted() throws IOException {
        fixture.open();
        fixture.log.committed(append(3));
        fixture.directory.markCommitted();
        fixture.tasks.runAll();
        fixture.kill();
        long size = size(segment(0));
        fixture.disk.flip(segment(0), size - 10, 4);
        assertDamaged(segment(0), "though index 3 was durable and committed");
        truncate(segment(0), size - 10);
        assertDamaged(segment(0), "though index 3 was durable and committed");
        truncate(segment(0), size / 3 * 2);
        assertDamaged(segment(0), "the log ends at index 2");
    }

    @Test
    void aFlippedBitIsNeverATornWriteWhereverItIs() throws IOException {
        fixture.open();
        append(3);
        fixture.kill();
        long size = size(segment(0));
        for (long position = 0; position < size; position++) {
            long inBatch = position % (size / 3);
            if (inBatch >= 12 && inBatch < 16) {
                // A term that has risen is believed: no CRC covers it, and nothing here knows better. Replicas compared
                // do.
                continue;
            }
            fixture.disk.flip(segment(0), position, 1 << position % 8);
            OpenResult killed = fixture.tryOpen();
            assertThat(killed).as("byte %d", position).isInstanceOf(OpenResult.Damaged.class);
            fixture.directory.abandon();
            fixture.disk.powerLoss(Seeds.random(position));
            OpenResult dark = fixture.tryOpen();
            assertThat(dark).as("byte %d after a power loss", position).isInstanceOf(OpenResult.Damaged.class);
            fixture.directory.abandon();
            fixture.disk.flip(segment(0), position, 1 << position % 8);
        }
    }

    /** Sectors of zeros are what a power loss leaves where nothing was written; they may be what was written, too. */
    @Test
    void aFlippedBitAmongRecordsOfZerosIsNoTornWriteAfterAPowerLoss() throws IOException {
        fixture.open();
        append(1);
        fixture.log.append(Batches.zeros(2000), 1, 0);
        fixture.tasks.runAll();
        fixture.kill();
        fixture.disk.powerLoss(Seeds.random(1));
        Path last = segment(1);
        for (long position = size(last) - 1; position >= 0; position--) {
            if (position >= TERM_AT && position < TERM_AT + Integer.BYTES) {
                // No CRC covers the term.
                continue;
            }
            int bit = 1 << position % 8;
            fixture.disk.flip(last, position, bit);
            assertThat(fixture.tryOpen()).as("byte %d", position).isInstanceOf(OpenResult.Damaged.class);
            fixture.directory.abandon();
            fixture.disk.powerLoss(Seeds.random(position));
            fixture.disk.flip(last, position, bit);
        }
    }

    @Test
    void aTornBatchThatLooksWholeButForItsSectorsIsCutAfterAPowerLossOnly() throws IOException {
        fixture.open();
        for (int i = 0; i < 3; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 2000, i), 1, 0);
            fixture.tasks.runAll();
        }
        fixture.kill();
        Path last = segment(2);
        try (FileHandle handle = fixture.disk.open(last, FileSystem.Access.WRITE)) {
            handle.write(new ByteBuffer[] {ByteBuffer.allocate(512)}, 1, 1024);
            handle.sync();
        }
        assertDamaged(last, "CRC mismatch");
        fixture.disk.powerLoss(Seeds.random(1));
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(2);
        assertThat(fixture.log.isForgetful()).isFalse();
        fixture.close();
    }

    @Test
    void powerLostStaysInMindUntilTheLogWasRecovered() throws IOException {
        fixture.open();
        append(2);
        fixture.kill();
        try (FileHandle handle = fixture.disk.open(segment(0), FileSystem.Access.WRITE)) {
            handle.write(new ByteBuffer[] {ByteBuffer.allocate(300)}, 1, handle.size());
            handle.sync();
        }
        fixture.disk.powerLoss(Seeds.random(1));
        LogDirectory.open(fixture.disk, LogFixture.ROOT, LogFixture.IDENTITY, fixture.tasks.background)
                .abandon();
        fixture.kill();
        fixture.open();
        assertThat(fixture.report.cutBytes()).isEqualTo(300);
        assertThat(fixture.log.isForgetful()).isFalse();
        fixture.close();
    }

    @Test
    void damageThatMayHaveBeenAcknowledgedIsCutKeptAsideAndNotForgotten() throws IOException {
        fixture.hasPeers = true;
        fixture.open();
        fixture.log.committed(append(2));
        fixture.directory.markCommitted();
        append(12);
        fixture.kill();
        fixture.disk.flip(segment(0), 600, 1);
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(3);
        assertThat(fixture.log.isForgetful()).isTrue();
        assertThat(fixture.report.notes()).contains("does not vote");
        assertThat(contents().keySet())
                .anyMatch(name -> name.startsWith("00000000000000000000.log.") && name.endsWith(".quarantine"))
                .contains("00000000000000000005.log.0.quarantine");
        append(3);
        fixture.kill();
        fixture.open();
        assertThat(fixture.log.isForgetful()).isTrue();
        fixture.log.remember();
        fixture.tasks.runAll();
        assertThat(fixture.log.isForgetful()).isFalse();
        fixture.kill();
        fixture.disk.powerLoss(Seeds.random(3));
        fixture.open();
        assertThat(fixture.log.isForgetful()).isFalse();
        assertThat(fixture.log.lastIndex()).isEqualTo(6);
        fixture.close();
    }

    /** No CRC covers the term, and one that looks later than it is would win elections. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noBitThatFlipsInATermMakesAnotherTermOfIt(long index) throws IOException {
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            LogFixture life = new LogFixture();
            life.redoBytes = 0;
            life.hasPeers = true;
            life.open();
            List<ByteBuf> batches = List.of(
                    Batches.leaderChange(1, 3), Batches.records(Compression.NONE, 100, 1), Batches.leaderChange(1, 5));
            long position = TERM_AT + bit / 8;
            for (int i = 0; i < 3; i++) {
                position += i < index - 1 ? batches.get(i).readableBytes() : 0;
                life.log.append(batches.get(i), i < 2 ? 3 : 5, 0);
            }
            life.tasks.runAll();
            life.kill();
            life.disk.flip(SegmentFiles.log(life.path(), 0), position, 1 << bit % 8);

            life.open();

            assertThat(life.log.lastIndex()).as("bit %d", bit).isEqualTo(index - 1);
            assertThat(life.log.isForgetful()).isTrue();
            life.close();
        }
    }

    @Test
    void aTermWithoutTheEntryThatOpensItIsDamage() throws IOException {
        fixture.open();
        fixture.log.append(Batches.leaderChange(1, 1), 1, 0);

        assertThatThrownBy(() -> fixture.log.append(Batches.records(Compression.NONE, 100, 1), 2, 0))
                .hasMessageContaining("term 2 after term 1 without the entry that opens it");
    }

    @Test
    void aCutOfDamageThatIsInterruptedAnywhereLeavesAForgetfulReplica() throws IOException {
        for (int operation = 0; operation < 40; operation++) {
            LogFixture life = new LogFixture();
            life.hasPeers = true;
            life.open();
            for (int i = 0; i < 12; i++) {
                life.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
                life.tasks.runAll();
            }
            life.kill();
            life.disk.flip(SegmentFiles.log(life.path(), 0), 600, 1);
            int[] left = {operation};
            life.disk.setFaults((kind, path) -> {
                if (kind.isChange() && left[0]-- <= 0) {
                    throw new IOException("Power is gone");
                }
            });
            try {
                life.open();
                life.kill();
            } catch (IOException e) {
                life.tasks.clear();
            }
            life.disk.setFaults((kind, path) -> {});
            life.disk.powerLoss(Seeds.random(operation));
            life.open();
            assertThat(life.log.lastIndex()).isEqualTo(3);
            assertThat(life.log.isForgetful())
                    .as("after operation %d", operation)
                    .isTrue();
            life.close();
        }
    }

    @Test
    void aDamagedJournalMakesAllReplicasForgetful() throws IOException {
        fixture.open();
        append(3);
        fixture.directory.journal().save(LogFixture.ID.group(), new HardState(7, 1), fixture.tasks.loop);
        fixture.tasks.runAll();
        fixture.kill();
        Path journal = LogFixture.ROOT.resolve("hard-state.journal");
        fixture.disk.flip(journal, 12, 1);
        fixture.open();
        assertThat(fixture.log.isForgetful()).isTrue();
        assertThat(fixture.disk.exists(LogFixture.ROOT.resolve("hard-state.journal.1.damaged")))
                .isTrue();
        fixture.close();
    }

    @Test
    void damageBeforeTheLastSegmentIsNeverATornTail() throws IOException {
        fixture.open();
        append(20);
        fixture.kill();
        assertThat(fixture.disk.exists(segment(5))).isTrue();
        fixture.disk.flip(segment(0), 600, 1);
        assertDamaged(segment(0), "CRC mismatch");
    }

    @Test
    void missingOrShortenedSegmentsAreDamage() throws IOException {
        fixture.open();
        fixture.log.committed(append(20));
        fixture.tasks.runAll();
        fixture.kill();
        fixture.disk.rename(segment(5), fixture.path().resolve("elsewhere"));
        assertDamaged(segment(5), "is missing");
        fixture.disk.rename(fixture.path().resolve("elsewhere"), segment(5));
        truncate(segment(5), 100);
        assertDamaged(segment(5), "has 100 bytes");
    }

    @Test
    void aDamagedSnapshotIsPassedOverForTheOneBefore() throws IOException {
        fixture.open();
        fixture.log.committed(append(20));
        fixture.tasks.runAll();
        fixture.kill();
        String newest = contents().keySet().stream()
                .filter(name -> name.endsWith(SegmentFiles.SNAPSHOT))
                .reduce((first, second) -> second)
                .orElseThrow();
        fixture.disk.flip(fixture.path().resolve(newest), 20, 1);
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(20);
        assertThat(fixture.report.notes()).contains(newest).contains("CRC mismatch");
        assertThat(fixture.report.scannedBytes()).isPositive();
        fixture.close();
    }

    @Test
    void withoutAnySnapshotAWholeLogIsReadFromItsBeginning() throws IOException {
        fixture.open();
        fixture.log.append(Batches.leaderChange(1, 1), 1, 0);
        append(20);
        fixture.kill();
        damageSnapshots();
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(21);
        assertThat(fixture.log.offsetAfter(21)).isEqualTo(20);
        fixture.close();
    }

    @Test
    void withoutAnySnapshotAPartOfALogIsDamage() throws IOException {
        fixture.open();
        fixture.log.committed(append(20));
        fixture.log.advanceLogStart(13);
        fixture.tasks.runAll();
        fixture.kill();
        assertThat(fixture.disk.exists(segment(0))).isFalse();
        damageSnapshots();
        assertDamaged(fixture.path(), "no snapshot can be read");
    }

    private void damageSnapshots() throws IOException {
        for (String name : contents().keySet()) {
            if (name.endsWith(SegmentFiles.SNAPSHOT)) {
                fixture.disk.flip(fixture.path().resolve(name), 20, 1);
            }
        }
    }

    @Test
    void anOlderSnapshotDoesNotMissWhatRetentionRemovedSince() throws IOException {
        fixture.open();
        fixture.log.committed(append(20));
        fixture.log.advanceLogStart(13);
        fixture.tasks.runAll();
        fixture.kill();
        String newest = contents().keySet().stream()
                .filter(name -> name.endsWith(SegmentFiles.SNAPSHOT))
                .reduce((first, second) -> second)
                .orElseThrow();
        fixture.disk.flip(fixture.path().resolve(newest), 20, 1);
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(20);
        assertThat(fixture.log.logStartOffset()).isEqualTo(10);
        fixture.close();
    }

    @Test
    void whatAKilledProcessWroteIsSyncedBeforeItCounts() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            LogFixture life = new LogFixture();
            life.open();
            life.log.append(Batches.records(Compression.NONE, 100, 1), 1, 0);
            // The write is done, its sync is not.
            life.disk.setFaults((operation, path) -> {
                if (operation == Operation.SYNC) {
                    life.disk.killProcess();
                    throw new IOException("killed");
                }
            });
            life.tasks.runBackground();
            life.disk.setFaults((operation, path) -> {});
            life.kill();
            life.open();
            long recovered = life.log.durableIndex();
            life.kill();
            life.disk.powerLoss(Seeds.random(seed));
            life.open();
            assertThat(life.log.lastIndex()).isEqualTo(recovered);
            life.close();
        }
    }

    /** Rebello et al., ATC 2020: after a failed sync the bytes can be read, count as written, and are not on disk. */
    @Test
    void whatAFailedSyncLeftIsWrittenAgainBeforeItCounts() throws IOException {
        fixture.open();
        append(3);
        fixture.disk.setFaults((operation, path) -> {
            if (operation == Operation.SYNC) {
                throw new IOException("broken");
            }
        });
        append(1);
        fixture.directory.journal().save(LogFixture.ID.group(), new HardState(7, 1), fixture.tasks.loop);
        fixture.tasks.runAll();
        fixture.disk.setFaults((operation, path) -> {});
        fixture.kill();
        fixture.open();
        assertThat(fixture.log.durableIndex()).isEqualTo(4);
        fixture.kill();
        fixture.disk.powerLoss(Seeds.random(1));
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(4);
        fixture.close();
    }

    @Test
    void aCreationThatLosesPowerAnywhereLeavesNothingOrAWholeLog() throws IOException {
        for (int operation = 10; operation < 40; operation++) {
            for (int seed = 0; seed < 40; seed++) {
                LogFixture life = new LogFixture();
                int[] left = {operation};
                life.disk.setFaults((kind, path) -> {
                    if (kind.isChange() && left[0]-- <= 0) {
                        throw new IOException("Power is gone");
                    }
                });
                try {
                    life.open();
                    life.kill();
                } catch (IOException e) {
                    assertThat(left[0]).isNegative();
                }
                life.disk.setFaults((kind, path) -> {});
                life.disk.powerLoss(Seeds.random(operation * 100L + seed));
                life.open();
                assertThat(life.log.lastIndex()).isZero();
                life.close();
            }
        }
    }

    @Test
    void retentionThatLosesPowerAnywhereLeavesAWholeLog() throws IOException {
        for (int operation = 0; operation < 30; operation++) {
            for (int seed = 0; seed < 5; seed++) {
                LogFixture life = new LogFixture();
                life.open();
                for (int i = 0; i < 20; i++) {
                    life.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
                }
                life.log.committed(20);
                life.tasks.runAll();
                int[] left = {operation};
                life.disk.setFaults((kind, path) -> {
                    if (kind.isChange() && left[0]-- <= 0) {
                        throw new IOException("Power is gone");
                    }
                });
                life.log.advanceLogStart(17);
                life.tasks.runAll();
                life.disk.setFaults((kind, path) -> {});
                life.kill();
                life.disk.powerLoss(Seeds.random(operation * 100L + seed));
                life.open();
                assertThat(life.log.lastIndex()).isEqualTo(20);
                assertThat(life.log.logStartOffset()).isIn(0L, 17L);
                life.close();
            }
        }
    }

    @Test
    void aDirectoryOfAnotherTopicOfThatNameIsDamage() throws IOException {
        fixture.open();
        fixture.close();
        LogDirectory directory =
                LogDirectory.open(fixture.disk, LogFixture.ROOT, LogFixture.IDENTITY, fixture.tasks.background);
        LogId other = new LogId(LogFixture.ID.topic(), new UUID(5, 5), 0);
        OpenResult result = directory.openLog(other, new byte[0], LogFixture.SMALL, 0, true);
        assertThat(result).isInstanceOf(OpenResult.Damaged.class);
        Path stray = directory.setAside(LogFixture.ID);
        assertThat(stray.getFileName().toString()).startsWith("topic-0.").endsWith("-stray");
        assertThat(directory.openLog(other, new byte[0], LogFixture.SMALL, 0, true))
                .isInstanceOf(OpenResult.Opened.class);
        directory.abandon();
    }

    @Test
    void aLogThatVanishedIsNotMistakenForANewOne() throws IOException {
        fixture.open();
        fixture.log.committed(append(3));
        fixture.directory.markCommitted();
        fixture.tasks.runAll();
        fixture.kill();
        fixture.disk.rename(fixture.path(), LogFixture.ROOT.resolve("gone"));
        OpenResult result = fixture.tryOpen();
        assertThat(result).isInstanceOf(OpenResult.Damaged.class);
        assertThat(((OpenResult.Damaged) result).damage().reason()).contains("is missing");
        fixture.directory.abandon();
        fixture.hasPeers = true;
        fixture.open();
        assertThat(fixture.log.lastIndex()).isZero();
        assertThat(fixture.log.isForgetful()).isTrue();
        fixture.close();
    }
}
