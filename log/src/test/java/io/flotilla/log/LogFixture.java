package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Faults;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.wire.record.Compression;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** One log in one directory on a disk in memory, stepped by the test. */
public final class LogFixture {
    public static final Path ROOT = Path.of("/data");
    public static final LogId ID = new LogId("topic", new UUID(7, 8), 0);
    public static final MetaProperties IDENTITY = new MetaProperties("cluster", 1, new UUID(1, 2));
    /** Small segments and a dense index, so that little data exercises all. */
    public static final LogConfig SMALL = new LogConfig(1024, 1000, 100, 0, false, 60_000, 100, 300);

    public final MemoryFileSystem disk = new MemoryFileSystem();
    /** The disk as the log sees it. */
    public FileSystem files = disk;

    public final Tasks tasks = new Tasks();
    public final List<Long> durable = new ArrayList<>();
    public LogFailure failure;
    public LogConfig config = SMALL;
    public LogDirectory directory;
    public PartitionLog log;
    public RecoveryReport report;
    public long now = 1_000_000;
    public boolean hasPeers;
    /** Enough for all that a test writes, by default. */
    public long redoBytes = 8 << 20;

    LogRules rules = LogRules.LOG;

    /** Where the files of the log are. */
    public Path path() {
        return ROOT.resolve(ID.directoryName());
    }

    public OpenResult tryOpen() throws IOException {
        directory = LogDirectory.open(files, ROOT, IDENTITY, tasks.background, UnpooledByteBufAllocator.DEFAULT, rules);
        directory.setRedoBytes(redoBytes);
        return directory.openLog(ID, new byte[] {42}, config, now, hasPeers);
    }

    public PartitionLog open() throws IOException {
        OpenResult result = tryOpen();
        assertThat(result).isInstanceOf(OpenResult.Opened.class);
        log = ((OpenResult.Opened) result).log();
        report = ((OpenResult.Opened) result).report();
        durable.clear();
        log.start(tasks.loop, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {
                durable.add(lastIndex);
            }

            @Override
            public void failed(LogFailure cause) {
                failure = cause;
            }
        });
        return log;
    }

    /** Appends records, so many in each term, and has reads of all but the last go to the files. */
    public void fill(int records, int perTerm) {
        for (int i = 0; i < records; i++) {
            int term = i / perTerm + 1;
            if (i % perTerm == 0) {
                log.append(Batches.leaderChange(1, term), term, 0);
            }
            log.append(Batches.records(Compression.NONE, 60 + i % 5, i), term, 0);
        }
        log.committed(log.lastIndex());
        tasks.runAll();
        directory.markCommitted();
        tasks.runAll();
        log.tick(now);
        log.tick(now);
    }

    public void close() {
        CompletableFuture<Void> closed = log.close();
        tasks.runAll();
        assertThat(closed).isCompleted();
        CompletableFuture<Void> directoryClosed = directory.close();
        tasks.runAll();
        assertThat(directoryClosed).isCompleted();
    }

    public PartitionLog closeAndReopen() throws IOException {
        close();
        return open();
    }

    /** Ends the process without any goodbye; what was written stays. */
    public void kill() {
        directory.abandon();
        tasks.clear();
        disk.killProcess();
    }

    /** So many files can be opened more, one after the other or at once. */
    public void openAtMost(int more) {
        disk.setFaults(Faults.openingAtMost(more));
    }

    /** Files can be opened again, and a second has passed. */
    public void openFreely() throws IOException {
        disk.setFaults(Faults.none());
        directory.upkeep(0);
        tasks.runAll();
    }

    public <T> T await(CompletableFuture<T> future) {
        tasks.runAll();
        assertThat(future).isCompleted();
        return future.join();
    }

    /** Entries that must be there; the caller releases them. */
    public ReadResult.Batches entries(long from, long last, int maxBytes) {
        ReadResult result = await(log.readEntries(from, last, maxBytes));
        assertThat(result).isInstanceOf(ReadResult.Batches.class);
        return (ReadResult.Batches) result;
    }

    /** Records that must be there; the caller releases them. */
    public ReadResult.Batches fetch(long offset, long limit, int maxBytes) {
        ReadResult result = await(log.fetch(offset, limit, maxBytes, true));
        assertThat(result).isInstanceOf(ReadResult.Batches.class);
        return (ReadResult.Batches) result;
    }
}
