package io.flotilla.log.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.GroupId;
import io.flotilla.log.LogFailedException;
import io.flotilla.log.Seeds;
import io.flotilla.log.Tasks;
import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Faults;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HardStateJournalTest {
    private static final Path DIRECTORY = Path.of("/d");
    private static final Path FILE = DIRECTORY.resolve(HardStateJournal.FILE);

    private final MemoryFileSystem disk = new MemoryFileSystem();
    private final Tasks tasks = new Tasks();
    private Flusher flusher;
    private HardStateJournal journal;
    private LastStop lastStop = LastStop.POWER_LOST;
    private String heard;

    @BeforeEach
    void createDirectory() throws IOException {
        SmallFiles.createDirectories(disk, DIRECTORY);
        open();
    }

    private void open() throws IOException {
        flusher = new Flusher(DIRECTORY, tasks.background, 4, failure -> {});
        journal = HardStateJournal.open(disk, DIRECTORY, flusher, lastStop, damage -> {
            heard = damage;
        });
    }

    private void reopen() throws IOException {
        tasks.clear();
        disk.killProcess();
        open();
    }

    private static GroupId group(long number) {
        return new GroupId(new UUID(1, number), 0);
    }

    private CompletableFuture<Void> save(long group, int term, int votedFor) {
        return journal.save(group(group), new HardState(term, votedFor), tasks.loop);
    }

    private long size() throws IOException {
        try (FileHandle handle = disk.open(FILE, FileSystem.Access.READ)) {
            return handle.size();
        }
    }

    @Test
    void remembersTheLastStateOfEachGroup() throws IOException {
        assertThat(journal.load(group(1))).isEqualTo(HardState.NONE);
        save(1, 4, 2);
        save(2, 1, HardState.NOBODY);
        save(1, 5, HardState.NOBODY);
        tasks.runAll();
        reopen();
        assertThat(journal.load(group(1))).isEqualTo(new HardState(5, HardState.NOBODY));
        assertThat(journal.load(group(2))).isEqualTo(new HardState(1, HardState.NOBODY));
    }

    @Test
    void completesOnlyOnceSynced() {
        CompletableFuture<Void> saved = save(1, 4, 2);
        assertThat(saved).isNotDone();
        tasks.runAll();
        assertThat(saved).isCompleted();
    }

    @Test
    void anElectionStormCostsFewSyncs() {
        int[] syncs = {0};
        disk.setFaults((operation, path) -> syncs[0] += operation == Operation.SYNC ? 1 : 0);
        for (int i = 0; i < 10_000; i++) {
            save(i, 1, 1);
        }
        tasks.runAll();
        assertThat(syncs[0]).isEqualTo(1);
    }

    @Test
    void losesNoSavedVoteInAnyPowerLoss() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = Seeds.random(seed);
            HardStateJournalTest life = new HardStateJournalTest();
            life.createDirectory();
            Map<Long, Integer> saved = new HashMap<>();
            for (int restart = 0; restart < 4; restart++) {
                life.voteAtRandom(random, saved);
                life.tasks.clear();
                life.disk.powerLoss(random);
                life.open();
                for (Map.Entry<Long, Integer> vote : saved.entrySet()) {
                    assertThat(life.journal.load(group(vote.getKey())).term()).isGreaterThanOrEqualTo(vote.getValue());
                }
            }
        }
    }

    private void voteAtRandom(Random random, Map<Long, Integer> saved) {
        for (int i = 0; i < 30; i++) {
            long group = random.nextInt(5);
            int term = journal.load(group(group)).term() + 1;
            save(group, term, 1).thenRun(() -> saved.merge(group, term, Math::max));
            journal.markCommitted(group(random.nextInt(5)), i);
            tasks.runOne(random);
            tasks.runOne(random);
        }
    }

    @Test
    void marksRideAlongWithoutSync() throws IOException {
        journal.markCommitted(group(1), 10);
        journal.markCommitted(group(1), 7);
        tasks.runAll();
        assertThat(journal.committed(group(1))).isEqualTo(10);
        reopen();
        assertThat(journal.committed(group(1))).isEqualTo(10);
        assertThat(journal.load(group(1))).isEqualTo(HardState.NONE);
        journal.forgetCommitted(group(1));
        tasks.runAll();
        reopen();
        assertThat(journal.committed(group(1))).isZero();
    }

    @Test
    void forgetsAGroup() throws IOException {
        save(1, 4, 2);
        tasks.runAll();
        journal.forget(group(1));
        save(2, 1, 1);
        tasks.runAll();
        reopen();
        assertThat(journal.load(group(1))).isEqualTo(HardState.NONE);
    }

    @Test
    void isRewrittenWhenMostlyOutOfDate() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            save(i % 3, i, 1);
            tasks.runAll();
            assertThat(size()).isLessThan(1100 << 10);
        }
        reopen();
        assertThat(journal.load(group(1)).term()).isEqualTo(19_999);
    }

    @Test
    void losesNoSavedVoteWhereItIsRewrittenWhileFilesCannotBeOpened() throws IOException {
        for (int files = 0; files < 4; files++) {
            HardStateJournalTest life = new HardStateJournalTest();
            life.createDirectory();
            int term = 0;
            for (long size = 0; life.size() >= size; term++) {
                size = life.size();
                life.save(term % 3, term, 1);
                life.tasks.runAll();
                if (size > (1 << 20) - 100) {
                    life.disk.setFaults(Faults.openingAtMost(files));
                    break;
                }
            }
            for (int i = 0; i < 10; i++) {
                life.save(i % 3, ++term, 1);
                life.tasks.runAll();
            }
            life.disk.setFaults(Faults.none());
            life.flusher.resume();
            CompletableFuture<Void> saved = life.save(7, term, 1);
            life.tasks.runAll();
            assertThat(saved).isCompleted();
            life.tasks.clear();
            life.disk.powerLoss(Seeds.random(files));
            life.open();
            assertThat(life.journal.load(group(9 % 3)).term()).isEqualTo(term);
            assertThat(life.journal.load(group(7)).term()).isEqualTo(term);
        }
    }

    @Test
    void cutsAnInterruptedWriteAtTheEnd() throws IOException {
        save(1, 4, 2);
        tasks.runAll();
        long whole = size();
        save(1, 5, 2);
        tasks.runAll();
        for (long cut = whole; cut < whole + 20; cut++) {
            try (FileHandle handle = disk.open(FILE, FileSystem.Access.WRITE)) {
                handle.truncate(cut);
            }
            reopen();
            assertThat(journal.load(group(1))).isEqualTo(new HardState(4, 2));
            save(1, 5, 2);
            tasks.runAll();
        }
    }

    @Test
    void damageThatWasSyncedIsToldAndKeptAndTheRestIsRead() throws IOException {
        save(1, 4, 2);
        tasks.runAll();
        save(2, 1, 1);
        tasks.runAll();
        byte[] whole = SmallFiles.read(disk, FILE);
        disk.flip(FILE, 30, 1);
        reopen();
        assertThat(heard).contains("byte 0").contains("hard-state.journal.1.damaged");
        assertThat(journal.load(group(1))).isEqualTo(HardState.NONE);
        assertThat(journal.load(group(2))).isEqualTo(new HardState(1, 1));
        assertThat(SmallFiles.read(disk, DIRECTORY.resolve("hard-state.journal.1.damaged")))
                .hasSameSizeAs(whole);
        heard = null;
        reopen();
        assertThat(heard).isNull();
    }

    @Test
    void aDamagedLastFrameIsNoInterruptedWriteOfAKilledProcess() throws IOException {
        save(1, 4, 2);
        tasks.runAll();
        disk.flip(FILE, 30, 1);
        lastStop = LastStop.KILLED;
        reopen();
        assertThat(heard).contains("damaged at byte 0");
    }

    @ParameterizedTest
    @EnumSource(LastStop.class)
    void aFlippedBitInTheLastFrameIsNoInterruptedWriteWhereverItIs(LastStop ended) throws IOException {
        for (int group = 0; group < 8; group++) {
            save(group, 4, 2);
        }
        tasks.runAll();
        byte[] whole = SmallFiles.read(disk, FILE);
        lastStop = ended;
        for (int position = 0; position < whole.length; position++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                SmallFiles.replace(disk, FILE, ByteBuffer.wrap(whole));
                disk.flip(FILE, position, 1 << bit);
                heard = null;
                reopen();
                assertThat(heard).as("bit %d of byte %d", bit, position).contains("damaged at byte 0");
                disk.delete(DIRECTORY.resolve("hard-state.journal.1.damaged"));
            }
        }
    }

    @Test
    void damageIsHeardOfBeforeTheJournalIsReplaced() throws IOException {
        save(1, 4, 2);
        tasks.runAll();
        save(2, 1, 1);
        tasks.runAll();
        disk.flip(FILE, 30, 1);
        for (int operation = 0; operation < 12; operation++) {
            int[] left = {operation};
            disk.setFaults((kind, path) -> {
                if (kind.isChange() && left[0]-- <= 0) {
                    throw new IOException("killed");
                }
            });
            heard = null;
            try {
                reopen();
            } catch (IOException e) {
                assertThat(heard).isNotNull();
            }
            disk.setFaults((kind, path) -> {});
        }
        assertThat(journal.load(group(2))).isEqualTo(new HardState(1, 1));
    }

    @Test
    void aFailedSyncFailsThisAndAllLaterSaves() {
        disk.setFaults((operation, path) -> {
            if (operation == Operation.SYNC) {
                throw new IOException("broken");
            }
        });
        CompletableFuture<Void> saved = save(1, 4, 2);
        tasks.runAll();
        disk.setFaults((operation, path) -> {});
        CompletableFuture<Void> later = save(1, 5, 2);
        tasks.runAll();
        assertThat(saved).isCompletedExceptionally();
        assertThatThrownBy(later::join).hasCauseInstanceOf(LogFailedException.class);
    }
}
