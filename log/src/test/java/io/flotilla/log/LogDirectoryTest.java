package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.state.HardState;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.wire.record.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    private static final Path ROOT = Path.of("/data/logs");
    private static final MetaProperties NODE_1 = new MetaProperties("c1", 1, new UUID(3, 4));
    private static final LogId TOPIC = new LogId("t", new UUID(7, 8), 3);

    private final MemoryFileSystem disk = new MemoryFileSystem();
    private final Tasks tasks = new Tasks();

    private LogDirectory open(MetaProperties identity) throws IOException {
        return LogDirectory.open(disk, ROOT, identity, tasks.background);
    }

    private void close(LogDirectory directory) {
        CompletableFuture<Void> closed = directory.close();
        tasks.runAll();
        assertThat(closed).isCompleted();
    }

    private PartitionLog openLog(LogDirectory directory, LogId id) throws IOException {
        OpenResult result = directory.openLog(id, new byte[0], LogFixture.SMALL, 0, true);
        PartitionLog log = ((OpenResult.Opened) result).log();
        log.start(tasks.loop, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {}

            @Override
            public void failed(LogFailure failure) {}
        });
        return log;
    }

    private void close(PartitionLog log) {
        CompletableFuture<Void> closed = log.close();
        tasks.runAll();
        assertThat(closed).isCompleted();
    }

    @Test
    void remembersWhoseItIs() throws IOException {
        LogDirectory directory = open(NODE_1);
        assertThat(directory.identity()).isEqualTo(NODE_1);
        close(directory);
        assertThat(MetaProperties.read(disk, ROOT)).contains(NODE_1);
        LogDirectory again = open(new MetaProperties("c1", 1, new UUID(9, 9)));
        assertThat(again.identity().directoryId()).isEqualTo(NODE_1.directoryId());
        close(again);
    }

    @Test
    void isRefusedToOthers() throws IOException {
        close(open(NODE_1));
        assertThatThrownBy(() -> open(new MetaProperties("c2", 1, new UUID(3, 4))))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("belongs to cluster c1, this broker to c2");
        assertThatThrownBy(() -> open(new MetaProperties("c1", 2, new UUID(3, 4))))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("belongs to node 1, this is node 2");
        LogDirectory directory = open(NODE_1);
        assertThatThrownBy(() -> open(NODE_1))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("in use");
        close(directory);
    }

    @Test
    void learnsItsClusterLater() throws IOException {
        LogDirectory directory = open(new MetaProperties(null, 1, new UUID(3, 4)));
        directory.joinCluster("c1");
        directory.joinCluster("c1");
        assertThatThrownBy(() -> directory.joinCluster("c2")).isInstanceOf(LogDirectoryException.class);
        close(directory);
        assertThat(MetaProperties.read(disk, ROOT)).contains(NODE_1);
        close(open(new MetaProperties(null, 1, new UUID(3, 4))));
        assertThatThrownBy(() -> open(new MetaProperties("c2", 1, new UUID(3, 4))))
                .isInstanceOf(LogDirectoryException.class);
    }

    @Test
    void isRefusedWithoutWhatItMustHave() throws IOException {
        LogDirectory directory = open(NODE_1);
        close(openLog(directory, TOPIC));
        close(directory);
        disk.delete(ROOT.resolve(MetaProperties.FILE));
        assertThatThrownBy(() -> open(NODE_1))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("holds t-3 but no meta.properties");
        NODE_1.write(disk, ROOT);
        disk.delete(ROOT.resolve(HardStateJournal.FILE));
        LogDirectory withoutVotes = open(NODE_1);
        PartitionLog log = openLog(withoutVotes, TOPIC);
        assertThat(log.isForgetful()).isTrue();
        close(log);
    }

    @Test
    void refusesAnUnreadableIdentity() throws IOException {
        close(open(NODE_1));
        SmallFiles.replace(disk, ROOT.resolve(MetaProperties.FILE), "version=2\n");
        assertThatThrownBy(() -> open(NODE_1)).isInstanceOf(IOException.class).hasMessageContaining("version");
    }

    @Test
    void findsItsLogsAndNothingElse() throws IOException {
        LogDirectory directory = open(NODE_1);
        close(openLog(directory, TOPIC));
        close(openLog(directory, new LogId("t", new UUID(7, 8), 4)));
        close(directory);
        disk.createDirectories(ROOT.resolve("lost+found"));
        disk.rename(ROOT.resolve("t-4"), ROOT.resolve("copy-4"));
        LogDirectory again = open(NODE_1);
        assertThat(again.logs()).containsExactly(TOPIC);
        close(again);
    }

    @Test
    void deletesALogNowOrAtTheNextStart() throws IOException {
        LogDirectory directory = open(NODE_1);
        PartitionLog log = openLog(directory, TOPIC);
        assertThatThrownBy(() -> directory.delete(TOPIC)).isInstanceOf(IllegalStateException.class);
        log.append(Batches.records(Compression.NONE, 100, 1), 1, 0);
        directory.journal().save(TOPIC.group(), new HardState(4, 1), tasks.loop);
        close(log);
        directory.delete(TOPIC);
        assertThat(directory.journal().load(TOPIC.group())).isEqualTo(HardState.NONE);
        assertThat(disk.exists(ROOT.resolve("t-3"))).isFalse();
        assertThat(disk.list(ROOT)).anyMatch(name -> name.endsWith("-delete"));
        tasks.clear();
        disk.killProcess();
        LogDirectory again = open(NODE_1);
        tasks.runAll();
        assertThat(again.logs()).isEmpty();
        assertThat(disk.list(ROOT)).noneMatch(name -> name.endsWith("-delete"));
        close(again);
    }

    @Test
    void neverRemovesNorReopensWhatWasSetAside() throws IOException {
        LogDirectory directory = open(NODE_1);
        for (int i = 0; i < 2; i++) {
            close(openLog(directory, TOPIC));
            directory.setAside(TOPIC);
        }
        close(directory);
        LogDirectory again = open(NODE_1);
        tasks.runAll();
        assertThat(again.logs()).isEmpty();
        assertThat(disk.list(ROOT).stream().filter(name -> name.endsWith("-stray")))
                .hasSize(2);
        close(again);
    }

    @Test
    void handlesTheLongestTopicName() throws IOException {
        LogId longest = new LogId("x".repeat(249), new UUID(7, 8), 1000);
        LogDirectory directory = open(NODE_1);
        close(openLog(directory, longest));
        Path stray = directory.setAside(longest);
        assertThat(stray.getFileName().toString()).hasSize(255).endsWith("-stray");
        close(directory);
    }

    @Test
    void holdsManyLogsWhoseRoundsAreShared() throws IOException {
        LogDirectory directory = open(NODE_1);
        PartitionLog[] logs = new PartitionLog[50];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = openLog(directory, new LogId("t", new UUID(7, 8), i));
        }
        for (PartitionLog log : logs) {
            log.append(Batches.records(Compression.NONE, 10, 1), 1, 0);
        }
        tasks.runAll();
        for (PartitionLog log : logs) {
            assertThat(log.durableIndex()).isEqualTo(1);
            close(log);
        }
        close(directory);
    }

    @Test
    void worksOnARealDisk(@TempDir Path temporary) throws IOException {
        FileSystem real = new JdkFileSystem();
        LogDirectory directory = LogDirectory.open(real, temporary.resolve("d"), NODE_1, tasks.background);
        PartitionLog log = openLog(directory, TOPIC);
        for (int i = 0; i < 50; i++) {
            log.append(Batches.records(Compression.GZIP, 100, i, i + 1), 1, 0);
        }
        tasks.runAll();
        assertThat(log.durableIndex()).isEqualTo(100);
        log.committed(100);
        log.advanceLogStart(40);
        tasks.runAll();
        close(log);
        close(directory);
        LogDirectory again = LogDirectory.open(real, temporary.resolve("d"), NODE_1, tasks.background);
        PartitionLog reopened = openLog(again, TOPIC);
        assertThat(reopened.lastIndex()).isEqualTo(100);
        assertThat(reopened.logStartOffset()).isEqualTo(40);
        CompletableFuture<ReadResult> read = reopened.fetch(41, 100, 100_000, true);
        tasks.runAll();
        assertThat(((ReadResult.Batches) read.join()).firstIndex()).isEqualTo(41);
        ((ReadResult.Batches) read.join()).bytes().release();
        assertThat(again.freeSpace()).isPositive();
        close(reopened);
        close(again);
    }

    @Test
    void discardsAHalfBuiltLog() throws IOException {
        close(open(NODE_1));
        Path half = ROOT.resolve("abc-3-install");
        disk.createDirectories(half);
        SmallFiles.write(disk, half.resolve("x"), ByteBuffer.allocate(1));
        close(open(NODE_1));
        assertThat(disk.exists(half)).isFalse();
    }

    @Test
    void aPowerLossWhileALogIsMadeLeavesAllOfItOrNothing() throws IOException {
        boolean sawNone = false;
        boolean sawWhole = false;
        for (int operation = 0; operation < 20; operation++) {
            for (int seed = 0; seed < 16; seed++) {
                MemoryFileSystem machine = new MemoryFileSystem();
                LogDirectory directory = LogDirectory.open(machine, ROOT, NODE_1, tasks.background);
                int[] left = {operation};
                machine.setFaults((kind, path) -> {
                    if (kind != MemoryFileSystem.Operation.READ && left[0]-- <= 0) {
                        throw new IOException("Power is gone");
                    }
                });
                boolean made = true;
                try {
                    directory.openLog(TOPIC, new byte[] {5}, LogFixture.SMALL, 0, true);
                } catch (IOException e) {
                    made = false;
                    assertThat(directory.failure()).isNotNull();
                }
                machine.setFaults((kind, path) -> {});
                directory.abandon();
                tasks.clear();
                machine.powerLoss(Seeds.random(seed * 100L + operation));
                LogDirectory again = LogDirectory.open(machine, ROOT, NODE_1, tasks.background);
                boolean there = again.contains(TOPIC);
                assertThat(there || !made).isTrue();
                OpenResult.Opened opened =
                        (OpenResult.Opened) again.openLog(TOPIC, new byte[] {6}, LogFixture.SMALL, 0, true);
                assertThat(opened.report().created()).isEqualTo(!there);
                assertThat(opened.log().configurations().get(0).bytes()).containsExactly(there ? 5 : 6);
                assertThat(machine.list(ROOT)).noneMatch(name -> name.endsWith("-create"));
                sawNone |= !there;
                sawWhole |= there;
                again.abandon();
                tasks.clear();
            }
        }
        assertThat(sawNone && sawWhole).isTrue();
    }

    @Test
    void aNewLogCostsTwoSyncsOfFilesAndTwoOfDirectories() throws IOException {
        LogDirectory directory = open(NODE_1);
        Map<MemoryFileSystem.Operation, Integer> operations = new EnumMap<>(MemoryFileSystem.Operation.class);
        disk.setFaults((operation, path) -> operations.merge(operation, 1, Integer::sum));
        PartitionLog log = openLog(directory, TOPIC);
        assertThat(operations)
                .containsEntry(MemoryFileSystem.Operation.SYNC, 2)
                .containsEntry(MemoryFileSystem.Operation.SYNC_DIRECTORY, 2);
        close(log);
        close(directory);
    }

    @Test
    void aFullDiskAtTheStartIsWaitedFor() throws IOException {
        LogDirectory directory = open(NODE_1);
        close(openLog(directory, TOPIC));
        close(openLog(directory, new LogId("t", new UUID(7, 8), 4)));
        close(directory);
        disk.setCapacity(1L << 40);
        disk.setCapacity((1L << 40) - disk.freeSpace(ROOT));
        LogDirectory full = open(NODE_1);
        assertThat(full.logs()).hasSize(2);
        assertThat(full.identity()).isEqualTo(NODE_1);
        assertThatThrownBy(() -> openLog(full, TOPIC)).isInstanceOf(NoSpaceException.class);
        assertThatThrownBy(() -> full.upkeep(0)).isInstanceOf(NoSpaceException.class);
        full.markCommitted();
        full.delete(new LogId("t", new UUID(7, 8), 4));
        disk.setCapacity(1L << 40);
        full.upkeep(0);
        close(openLog(full, TOPIC));
        assertThat(full.logs()).containsExactly(TOPIC);
        close(full);
    }

    @Test
    void aFullDiskWhoseReplicasWereNeverOpenedIsClosedAsItWas() throws IOException {
        LogDirectory directory = open(NODE_1);
        close(openLog(directory, TOPIC));
        close(directory);
        disk.setCapacity(1L << 40);
        disk.setCapacity((1L << 40) - disk.freeSpace(ROOT));
        close(open(NODE_1));
        disk.setCapacity(1L << 40);
        LogDirectory again = open(NODE_1);
        assertThat(again.hasLost(TOPIC)).isFalse();
        close(openLog(again, TOPIC));
        close(again);
    }

    @Test
    void remembersInWhichRecordItWasRegistered() throws IOException {
        LogDirectory directory = open(NODE_1);
        assertThat(directory.notes().registered()).isEmpty();
        directory.notes().noteRegistered(17);
        close(directory);
        LogDirectory again = open(NODE_1);
        assertThat(again.notes().registered()).hasValue(17);
        close(again);
    }

    @Test
    void aDiskThatFailsIsToldFromARefusal() throws IOException {
        close(open(NODE_1));
        disk.setFaults((operation, path) -> {
            throw new IOException("broken");
        });
        assertThatThrownBy(() -> open(NODE_1))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(LogDirectoryException.class);
    }
}
