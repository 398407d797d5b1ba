package io.flotilla.log.segment;

import io.flotilla.log.RepairResult;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.index.IndexFiles;
import io.flotilla.log.segment.LogWriter.Step;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes to a log's files that take their turn among its appends: each is queued with its {@link LogWriter}, and carried out with
 * everything before it synced. {@link LogWriter#kick} when all is queued.
 */
public final class LogSteps {
    private static final Logger LOG = LoggerFactory.getLogger(LogSteps.class);

    private final LogWriter writer;
    private final LogFiles files;
    private final Executor loop;

    LogSteps(LogWriter writer, LogFiles files, Executor loop) {
        this.writer = writer;
        this.files = files;
        this.loop = loop;
    }

    /** Reports progress to an entry that is durable once the steps before it have run. */
    public void reportDone(int generation, long lastIndex, int term) {
        writer.then(() -> writer.reportDurable(generation, lastIndex, term));
    }

    /** Closes a segment and begins the next. */
    public void roll(Segment closed, long next) {
        Step writeIndexes = writeIndexes(closed);
        writer.then(() -> {
            writer.closeFile();
            writeIndexes.run();
            files.createSegment(next);
        });
    }

    /** Cuts the log: removes whole segments, newest first so that no crash leaves a gap, then shortens the one before. */
    public void truncate(List<Segment> removed, long active, long size) {
        List<Long> baseOffsets = baseOffsets(removed);
        writer.thenUndo(() -> {
            for (long baseOffset : baseOffsets) {
                files.dropSegment(baseOffset);
            }
            FileHandle handle = writer.open(active);
            handle.truncate(size);
            // Before anything is written there again, or a crash could mix old batches with new.
            handle.sync();
            files.removeDeleted(baseOffsets);
        });
    }

    /** Writes a snapshot, then removes the segments that it no longer lists. */
    public void snapshot(long index, byte[] bytes, List<Long> dropped, Executor remover) {
        writer.then(() -> {
            files.writeSnapshot(index, bytes);
            if (!dropped.isEmpty()) {
                files.dropSegments(dropped);
                remover.execute(() -> removeDeleted(dropped));
            }
        });
    }

    private void removeDeleted(List<Long> baseOffsets) {
        try {
            files.removeDeleted(baseOffsets);
        } catch (IOException e) {
            LOG.warn("Old segments in {} are left until the next start: {}", files.directory(), e.toString());
        }
    }

    /** Replaces everything by a snapshot and an empty segment. */
    public void install(long index, byte[] bytes, long segment) {
        writer.thenUndo(() -> {
            writer.closeFile();
            files.install(index, bytes, segment, files.isForgetful());
        });
    }

    /** Repairs a segment, and tells the loop what became of it. Takes the batches over. */
    public void patch(SegmentPatch patch, ByteBuf batches, Consumer<RepairResult> done) {
        Step repair = () -> {
            RepairResult result = patch.apply(batches);
            batches.release();
            loop.execute(() -> done.accept(result));
        };
        writer.thenUndo(repair, batches);
    }

    /**
     * Puts a compacted segment in the place of those that it stands for, and calls back on the loop.
     *
     * @param begins called, in the background, before anything is changed
     */
    public void swap(CompactedSegment compacted, Runnable begins, Executor remover, Runnable done) {
        writer.then(() -> {
            begins.run();
            List<Long> others = files.swap(compacted);
            if (!others.isEmpty()) {
                remover.execute(() -> removeDeleted(others));
            }
            loop.execute(done);
        });
    }

    /** Notes that the replica is no longer forgetful, and calls back on the loop. */
    public void remember(Runnable done) {
        writer.then(() -> {
            files.setForgetful(false);
            loop.execute(done);
        });
    }

    /** Writes the active segment's index files and closes it. */
    public void close(Segment active) {
        Step writeIndexes = writeIndexes(active);
        writer.thenUndo(() -> {
            writer.closeFile();
            writeIndexes.run();
        });
    }

    /** Encodes a segment's indexes now; the step writes them. */
    private Step writeIndexes(Segment segment) {
        segment.index().addTime();
        ByteBuffer offsets = IndexFiles.encodeOffsets(segment.index());
        ByteBuffer times = IndexFiles.encodeTimes(segment.index(), segment.size());
        return () -> files.writeIndexes(segment.baseOffset(), offsets, times);
    }

    /** The numbers by which the segments' files are named. */
    public static List<Long> baseOffsets(List<Segment> segments) {
        return segments.stream().map(Segment::baseOffset).toList();
    }

    /** Calls back on the loop when everything before is done. */
    public void finish(Runnable done) {
        writer.then(() -> loop.execute(done));
    }
}
