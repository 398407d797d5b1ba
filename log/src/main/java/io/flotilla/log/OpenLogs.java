package io.flotilla.log;

import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.maintain.Recovery;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.state.HardState;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.LastStop;
import io.flotilla.log.state.PartitionMetadata;
import io.flotilla.log.state.Snapshot;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logs of a directory that are open, and how they are opened. Thread-safe; opening blocks. */
final class OpenLogs {
    private static final Logger LOG = LoggerFactory.getLogger(OpenLogs.class);

    /** Reads from files at a time, of the threads that also write and sync. */
    private static final int CONCURRENT_READS = 4;

    private final FileSystem files;
    private final Flusher flusher;
    private final Executor blocking;
    private final Executor reads;
    private volatile long recheckMs;
    private final ByteBufAllocator allocator;
    private final LogRules rules;
    private final Map<String, PartitionLog> open = new ConcurrentSkipListMap<>();
    private final AtomicLong cachedBytes = new AtomicLong();

    OpenLogs(FileSystem files, Flusher flusher, Executor blocking, ByteBufAllocator allocator, LogRules rules) {
        this.files = files;
        this.flusher = flusher;
        this.blocking = blocking;
        this.reads = new LimitedExecutor(blocking, CONCURRENT_READS);
        this.allocator = allocator;
        this.rules = rules;
    }

    /** How long what was checked may be read without being checked again, in milliseconds. */
    void setRecheckMs(long ms) {
        recheckMs = ms;
    }

    /**
     * What it takes to open a log.
     *
     * @param hasPeers there are other replicas: what is lost here may be fetched from them
     */
    record Request(LogFiles files, LogId id, byte[] initialConfiguration, LogConfig config, boolean hasPeers) {}

    /** Opens a log that must not be open, creating it when absent. */
    OpenResult open(Request request, HardStateJournal journal, LastStop lastStop, long nowMs) throws IOException {
        LogId id = request.id();
        Path directory = request.files().directory();
        long commitMark = journal.committed(id.group());
        if (!files.exists(directory)) {
            boolean lost = commitMark > 0 || !journal.load(id.group()).equals(HardState.NONE);
            if (commitMark > 0 && !request.hasPeers()) {
                String reason = "is missing, but index " + commitMark + " was durable and committed";
                return new OpenResult.Damaged(new Damage(directory, 0, reason), null);
            }
            if (lost) {
                LOG.error("Log {} is missing, and made anew from its peers", id.directoryName());
                journal.forgetCommitted(id.group());
            }
            return create(request, lost && request.hasPeers());
        }
        String foreign = PartitionMetadata.foreign(files, directory, id);
        if (foreign != null) {
            return new OpenResult.Damaged(new Damage(directory.resolve(PartitionMetadata.FILE), 0, foreign), null);
        }
        return recover(
                request,
                new Recovery(
                        files, request.files(), request.config(), commitMark, nowMs, lastStop, request.hasPeers()));
    }

    /** Makes a log; there is nothing to recover. */
    private OpenResult create(Request request, boolean forgetful) throws IOException {
        Snapshot empty = LogState.emptySnapshot(request.initialConfiguration());
        try {
            request.files().create(0, empty.encode(), 0, forgetful);
        } catch (ShortageException e) {
            throw e;
        } catch (IOException e) {
            // What is durable of it is unknown, as after any failed sync.
            flusher.fence(
                    new LogFailure(LogFailure.Kind.IO, request.id().directoryName() + " cannot be created: " + e, e));
            throw e;
        }
        return opened(request, new LogState(empty), new RecoveryReport(true, 0, 0, ""));
    }

    private OpenResult recover(Request request, Recovery recovery) throws IOException {
        String name = request.id().directoryName();
        Recovery.Outcome outcome = recovery.run(request.initialConfiguration());
        if (outcome instanceof Recovery.Outcome.Damaged damaged) {
            LOG.error("Log {} is damaged: {}", name, damaged.damage());
            return new OpenResult.Damaged(damaged.damage(), damaged.spot());
        }
        Recovery.Outcome.Recovered recovered = (Recovery.Outcome.Recovered) outcome;
        if (!recovered.notes().isEmpty()) {
            LOG.warn("Log {} recovered: {}", name, recovered.notes());
        }
        return opened(
                request,
                recovered.state(),
                new RecoveryReport(false, recovered.scannedBytes(), recovered.cutBytes(), recovered.notes()));
    }

    private OpenResult opened(Request request, LogState state, RecoveryReport report) throws IOException {
        LogStore store = new LogStore(
                files,
                request.files(),
                flusher,
                blocking,
                reads,
                () -> recheckMs,
                allocator,
                cachedBytes,
                rules,
                this::forget);
        PartitionLog log = new PartitionLog(
                request.id(), store, request.config(), state, request.files().isForgetful());
        if (open.putIfAbsent(request.id().directoryName(), log) != null) {
            throw new IllegalStateException("Log " + request.id().directoryName() + " is open");
        }
        return new OpenResult.Opened(log, report);
    }

    private void forget(PartitionLog log) {
        open.remove(log.id().directoryName(), log);
    }

    void requireClosed(LogId id) {
        if (open.containsKey(id.directoryName())) {
            throw new IllegalStateException("Log " + id.directoryName() + " is open");
        }
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Notes in the journal how far each log is known to be committed. Does not block. */
    void markCommitted(HardStateJournal journal) {
        open.values().forEach(log -> journal.markCommitted(log.id().group(), log.commitMark()));
    }

    /** The directory failed. Does not block. */
    void fence(LogFailure failure) {
        open.values().forEach(log -> log.fence(failure));
    }

    /** Gives back memory, without any further work. */
    void abandon() {
        open.values().forEach(PartitionLog::abandon);
    }
}
