package io.flotilla.bench.micro;

import io.flotilla.log.LogConfig;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogFailure;
import io.flotilla.log.LogId;
import io.flotilla.log.LogListener;
import io.flotilla.log.OpenResult;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.state.MetaProperties;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;

/** One partition's log whose loop and whose disk are stepped by the caller, in one thread. */
public final class SteppedLog {
    private static final int TERM = 1;

    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final Queue<Runnable> disk = new ArrayDeque<>();
    private final LogDirectory directory;
    private final PartitionLog log;
    private long durable;

    /** Makes a new log on these files. */
    public SteppedLog(FileSystem files) throws IOException {
        MetaProperties identity = new MetaProperties("cluster", 1, new UUID(1, 1));
        directory = LogDirectory.open(files, Path.of("/data"), identity, disk::add);
        LogId id = new LogId("topic", new UUID(1, 2), 0);
        OpenResult opened = directory.openLog(id, new byte[] {1}, LogConfig.DEFAULT, Samples.TIMESTAMP, false);
        log = ((OpenResult.Opened) opened).log();
        log.start(loop::add, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {
                durable = lastIndex;
                log.committed(lastIndex);
            }

            @Override
            public void failed(LogFailure failure) {
                throw new IllegalStateException(failure.message());
            }
        });
        step();
    }

    public PartitionLog log() {
        return log;
    }

    /** Index of the last entry known to be on the disk. */
    public long durable() {
        return durable;
    }

    /** Appends copies of a batch one after another, as those of one turn of an event loop, and then has them synced. */
    public void append(ByteBuf batch, int copies) {
        for (int i = 0; i < copies; i++) {
            log.append(
                    Samples.ALLOCATOR.directBuffer(batch.readableBytes()).writeBytes(batch.duplicate()),
                    TERM,
                    Samples.TIMESTAMP);
        }
        step();
    }

    /** Runs what is to be done until nothing is left. */
    public void step() {
        while (!loop.isEmpty() || !disk.isEmpty()) {
            Queue<Runnable> next = loop.isEmpty() ? disk : loop;
            next.remove().run();
        }
    }

    /** Closes log and directory. */
    public void close() {
        log.close();
        step();
        directory.close();
        step();
    }
}
