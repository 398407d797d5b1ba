package io.flotilla.log;

import io.flotilla.log.index.TermStart;
import io.flotilla.log.segment.FileRange;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.segment.SegmentCheck;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.segment.SegmentPatch;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Finds damage in the files of an open log, and repairs it with batches from other replicas. A repair takes its turn among
 * what the {@link LogWriter} does, so that no segment goes away under it. Touched by the log's loop only.
 */
final class LogRepairs {
    private final PartitionLog log;
    private final LogStore store;
    private final Executor loop;
    private final LogWriter writer;

    LogRepairs(PartitionLog log, LogStore store, Executor loop, LogWriter writer) {
        this.log = log;
        this.store = store;
        this.loop = loop;
        this.writer = writer;
    }

    /** Reads a segment from its beginning in search of what is not as it was written. */
    CompletableFuture<DamagedSpot> find(Path file) {
        int number = log.state()
                .segmentStarting(SegmentFiles.number(file.getFileName().toString(), SegmentFiles.LOG));
        if (number < 0) {
            return CompletableFuture.completedFuture(null);
        }
        LogState state = log.state();
        Segment segment = state.segments().get(number);
        FileRange range = new FileRange(
                store.files().directory(), segment.baseOffset(), 0, log.reads().fileEnd(number), true);
        SegmentCheck check = new SegmentCheck(
                range,
                segment.baseIndex(),
                segment.baseOffset(),
                state.termStarts().from(segment.baseIndex() - 1),
                log.committedIndex());
        int generation = log.generation();
        long swaps = log.compaction().swaps();
        CompletableFuture<DamagedSpot> found = new CompletableFuture<>();
        store.blocking().execute(() -> {
            try {
                DamagedSpot spot = check.run(store.fileSystem());
                loop.execute(() -> {
                    boolean gone = log.state().segmentStarting(segment.baseOffset()) < 0
                            || generation != log.generation()
                            || log.compaction().isSwappedSince(swaps);
                    found.complete(gone ? null : spot);
                });
            } catch (IOException | RuntimeException e) {
                loop.execute(() -> found.completeExceptionally(e));
            }
        });
        return found;
    }

    /** Puts batches where they belong; takes them over. */
    CompletableFuture<RepairResult> repair(DamagedSpot spot, ByteBuf batches) {
        CompletableFuture<RepairResult> repaired = new CompletableFuture<>();
        if (log.isClosed() || log.state().segmentStarting(spot.segment()) < 0) {
            batches.release();
            repaired.complete(new RepairResult.Refused("the segment is gone"));
            return repaired;
        }
        boolean compacted = spot.offset() < log.state().compaction().alteredTo();
        if (compacted || log.compaction().isSwapping()) {
            batches.release();
            repaired.complete(new RepairResult.Refused("the segment is compacted: other replicas hold other bytes"));
            return repaired;
        }
        List<TermStart> terms = log.state().termStarts().from(spot.index() - 1);
        SegmentPatch patch = new SegmentPatch(store.fileSystem(), store.files().directory(), spot, terms);
        writer.steps().patch(patch, batches, result -> repaired.complete(result));
        writer.kick();
        return repaired;
    }
}
