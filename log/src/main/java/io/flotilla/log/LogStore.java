package io.flotilla.log;

import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.LogWriter;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a {@link PartitionLog} needs of the directory it lives in.
 *
 * @param reads runs what reads from files: so many at a time that writes and syncs find a thread
 * @param recheckMs how long what was written or checked may be sent to consumers without being checked again, in milliseconds
 * @param cachedBytes bytes that all logs of the directory hold in memory
 * @param onClosed told when a log is closed
 */
record LogStore(
        FileSystem fileSystem,
        LogFiles files,
        Flusher flusher,
        Executor blocking,
        Executor reads,
        LongSupplier recheckMs,
        ByteBufAllocator allocator,
        AtomicLong cachedBytes,
        LogRules rules,
        Consumer<PartitionLog> onClosed) {

    /** Past this all logs of the directory keep in memory only what they must, in bytes. */
    private static final long MOST_CACHED_BYTES = 128L << 20;

    boolean isCacheFull() {
        return cachedBytes.get() > MOST_CACHED_BYTES;
    }

    LogWriter writer(GroupId id, Executor loop, LogWriter.Progress progress) {
        return new LogWriter(id, files, flusher, loop, progress);
    }

    void closed(PartitionLog log) {
        onClosed.accept(log);
    }
}
