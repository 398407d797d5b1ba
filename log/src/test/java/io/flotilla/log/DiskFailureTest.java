package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.wire.record.Compression;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiskFailureTest {
    private final LogFixture fixture = new LogFixture();

    private void append() {
        fixture.log.append(Batches.records(Compression.NONE, 100, 1), 1, 0);
    }

    private void fail(Operation failing) {
        fixture.disk.setFaults((operation, path) -> {
            if (operation == failing) {
                throw new IOException("broken " + failing);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"WRITE", "SYNC"})
    void aFailedWriteOrSyncIsNeverRetriedAndNeverReportedDurable(Operation failing) throws IOException {
        fixture.open();
        append();
        fail(failing);
        fixture.tasks.runAll();
        fixture.disk.setFaults((operation, path) -> {});
        assertThat(fixture.durable).isEmpty();
        assertThat(fixture.failure.kind()).isEqualTo(LogFailure.Kind.IO);
        assertThat(fixture.failure.message()).contains("broken");
        assertThat(fixture.directory.failure()).isEqualTo(fixture.failure);
        assertThatThrownBy(this::append).isInstanceOf(LogFailedException.class);
        assertThatThrownBy(() -> fixture.log.truncateFrom(1)).isInstanceOf(LogFailedException.class);
        fixture.tasks.runAll();
        assertThat(fixture.durable).isEmpty();
        fixture.close();
    }

    @Test
    void aFencedLogCanStillBeRead() throws IOException {
        fixture.open();
        append();
        fixture.tasks.runAll();
        append();
        fail(Operation.SYNC);
        fixture.tasks.runAll();
        ReadResult.Batches batches = fixture.entries(1, 1, 1000);
        assertThat(batches.bytes().isReadable()).isTrue();
        batches.bytes().release();
        fixture.close();
    }

    @Test
    void oneFailureReachesAllLogsOfTheDirectory() throws IOException {
        fixture.open();
        LogId otherId = new LogId("other", LogFixture.ID.topicId(), 1);
        PartitionLog other =
                ((OpenResult.Opened) fixture.directory.openLog(otherId, new byte[0], LogFixture.SMALL, 0, true)).log();
        LogFailure[] heard = new LogFailure[1];
        other.start(fixture.tasks.loop, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {}

            @Override
            public void failed(LogFailure failure) {
                heard[0] = failure;
            }
        });
        append();
        fail(Operation.SYNC);
        fixture.tasks.runAll();
        assertThat(heard[0]).isNotNull().isEqualTo(fixture.failure);
        CompletableFuture<Void> closed = other.close();
        fixture.tasks.runAll();
        assertThat(closed).isCompleted();
        fixture.close();
    }

    @Test
    void aFullDiskIsWaitedForAndAllGoesOnInOrderOnceThereIsSpace() throws IOException {
        for (int spare = 0; spare < 3000; spare += 37) {
            LogFixture life = new LogFixture();
            life.open();
            life.disk.setCapacity(Long.MAX_VALUE - 1);
            long used = Long.MAX_VALUE - 1 - life.disk.freeSpace(LogFixture.ROOT);
            life.disk.setCapacity(used + spare);
            for (int i = 0; i < 20; i++) {
                life.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
                if (i % 3 == 0) {
                    life.tasks.runAll();
                }
                if (i == 8) {
                    life.log.truncateFrom(7);
                }
            }
            life.tasks.runAll();
            assertThat(life.failure).isNull();
            assertThat(life.directory.isShortOfSpace()).isTrue();
            assertThat(life.log.durableIndex()).isLessThan(life.log.lastIndex());
            CompletableFuture<ReadResult> read = life.log.readEntries(1, life.log.lastIndex(), 100);
            ((ReadResult.Batches) life.await(read)).bytes().release();

            life.disk.setCapacity(used + (4 << 20));
            life.directory.upkeep(1 << 20);
            life.tasks.runAll();
            assertThat(life.directory.isShortOfSpace()).isFalse();
            assertThat(life.log.durableIndex()).isEqualTo(life.log.lastIndex());
            long last = life.log.lastIndex();
            life.kill();
            life.disk.powerLoss(Seeds.random(spare));
            life.open();
            assertThat(life.log.lastIndex()).isEqualTo(last);
            life.close();
        }
    }

    @Test
    void shortOfSpaceIsToldBeforeTheDiskIsFull() throws IOException {
        fixture.open();
        fixture.disk.setCapacity(10 << 20);
        fixture.directory.upkeep(9 << 20);
        assertThat(fixture.directory.isShortOfSpace()).isFalse();
        fixture.directory.upkeep(11 << 20);
        assertThat(fixture.directory.isShortOfSpace()).isTrue();
        append();
        fixture.tasks.runAll();
        assertThat(fixture.durable).containsExactly(1L);
        fixture.close();
    }

    @Test
    void aKilledProcessOnAFullDiskLosesOnlyWhatWasNotDurable() throws IOException {
        fixture.open();
        append();
        fixture.tasks.runAll();
        fixture.disk.setCapacity(1);
        append();
        fixture.tasks.runAll();
        fixture.kill();
        fixture.disk.setCapacity(Long.MAX_VALUE);
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(1);
        fixture.close();
    }

    @Test
    void aLogOpenedOnAFencedDirectoryHearsOfIt() throws IOException {
        fixture.open();
        append();
        fail(Operation.SYNC);
        fixture.tasks.runAll();
        fixture.disk.setFaults((operation, path) -> {});
        LogId otherId = new LogId("other", LogFixture.ID.topicId(), 1);
        PartitionLog other =
                ((OpenResult.Opened) fixture.directory.openLog(otherId, new byte[0], LogFixture.SMALL, 0, true)).log();
        boolean[] failed = new boolean[1];
        other.start(fixture.tasks.loop, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {}

            @Override
            public void failed(LogFailure failure) {
                failed[0] = true;
            }
        });
        fixture.tasks.runAll();
        assertThat(failed[0]).isTrue();
        other.close();
        fixture.close();
    }

    @Test
    void writeCachingReportsBeforeTheSyncAndSyncsLater() throws IOException {
        fixture.config = new LogConfig(1024, 1000, 100, 0, true, 60_000, 100, 300);
        int[] syncs = {0};
        fixture.open();
        fixture.disk.setFaults((operation, path) -> syncs[0] += operation == Operation.SYNC ? 1 : 0);
        append();
        fixture.tasks.runAll();
        assertThat(fixture.durable).containsExactly(1L);
        assertThat(syncs[0]).isZero();
        fixture.log.committed(1);
        fixture.directory.markCommitted();
        fixture.tasks.runAll();
        assertThat(fixture.directory.journal().committed(LogFixture.ID.group())).isZero();
        fixture.close();
        assertThat(syncs[0]).isPositive();
    }

    @Test
    void manyAppendsOfOneRoundShareOneWriteAndOneSync() throws IOException {
        fixture.redoBytes = 0;
        fixture.config = LogConfig.DEFAULT;
        fixture.open();
        int[] writes = {0};
        int[] syncs = {0};
        fixture.disk.setFaults((operation, path) -> {
            writes[0] += operation == Operation.WRITE ? 1 : 0;
            syncs[0] += operation == Operation.SYNC ? 1 : 0;
        });
        for (int i = 0; i < 100; i++) {
            append();
        }
        fixture.tasks.runAll();
        assertThat(writes[0]).isEqualTo(1);
        assertThat(syncs[0]).isEqualTo(1);
        assertThat(fixture.durable).containsExactly(100L);
        fixture.close();
    }
}
