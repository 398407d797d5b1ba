package io.flotilla.log.maintain;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.segment.CompactedSegment;
import io.flotilla.log.state.SegmentState;
import io.flotilla.wire.record.EmptyBatch;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.RecordCursor;
import io.netty.buffer.ByteBuf;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compacts a log: keeps of each key the newest record ({@code cleanup.policy=compact}). It works in pieces, so that whoever drives it
 * can pause between them. First it reads the part that no compaction has looked at yet and notes the newest offset of each
 * key; then it writes all segments up to there anew, oldest first, without the records that newer ones have made obsolete. A
 * segment's file takes effect only when the log swaps it in.
 *
 * <p>There are no holes afterwards: batches that stay keep their offsets, their span and their term, and where some have gone
 * stands an {@linkplain EmptyBatch empty one}. So offsets, indexes and terms of a log, all that replicas agree on, stay what
 * they were, though each replica compacts for itself. Blocking; not thread-safe.
 */
public final class Compactor implements Closeable {
    /** What a piece of work came to. */
    public sealed interface Progress {
        /** There is more to do. */
        record Going() implements Progress {}

        /** A segment is to be swapped in; go on when it has taken effect. */
        record Compacted(CompactedSegment segment) implements Progress {}

        /** Done. @param cleanedTo the keys of all records below this offset have been looked at */
        record Done(long cleanedTo) implements Progress {}
    }

    private static final Progress GOING = new Progress.Going();

    private final FileSystem files;
    private final CompactionPlan plan;
    private final List<List<CompactionPlan.Source>> groups = new ArrayList<>();
    private final KeyOffsets keys;
    private final RecordCursor cursor = new RecordCursor();
    private final List<CompactionPlan.Source> dirty;
    private int dirtySegment;
    /** All keys below this offset are in the map. */
    private long mapEnd;

    private boolean mapFull;
    private BatchCleaner cleaner;

    private int group;
    private int member;
    private SourceScan source;
    private SourceScan held;
    private CompactedFile target;
    /** The file written last; once it is swapped in it has another name. */
    private Path unfinished;

    private boolean changed;

    private long bytesRead;
    private long bytesWritten;
    private long budget;

    public Compactor(FileSystem files, CompactionPlan plan) {
        this.files = files;
        this.plan = plan;
        this.mapEnd = plan.firstDirtyOffset();
        this.dirty = plan.segments().stream()
                .filter(segment -> segment.endOffset() > plan.firstDirtyOffset())
                .toList();
        long end = dirty.isEmpty() ? mapEnd : dirty.get(dirty.size() - 1).endOffset();
        this.keys = new KeyOffsets(plan.keyMapBytes(), end - mapEnd);
    }

    /**
     * Works until about so many bytes were read, or there is something to tell.
     *
     * @throws io.flotilla.log.DamagedLogException if a segment does not hold what was written to it
     * @throws io.flotilla.wire.record.InvalidBatchException if records cannot be read
     * @throws io.flotilla.log.fs.NoSpaceException when the disk is full
     */
    public Progress step(long bytes) throws IOException {
        closeHeld();
        budget = bytes;
        try {
            return work();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Progress work() throws IOException {
        while (cleaner == null) {
            if (dirtySegment < dirty.size() && !mapFull) {
                if (!readKeys(dirty.get(dirtySegment))) {
                    return GOING;
                }
            } else {
                cleaner = new BatchCleaner(plan, keys, mapEnd);
                makeGroups();
            }
        }
        while (group < groups.size()) {
            if (!cleanGroup(groups.get(group))) {
                return GOING;
            }
            Progress finished = finishGroup(groups.get(group));
            if (finished != null) {
                return finished;
            }
        }
        return new Progress.Done(mapEnd);
    }

    // ---- the keys

    /** Whether the segment was read to its end, or as far as there is room for its keys. */
    private boolean readKeys(CompactionPlan.Source segment) throws IOException {
        if (source == null) {
            source = open(segment);
        }
        boolean done = source.run(this::addKeys);
        if (done && !mapFull) {
            mapEnd = Math.max(mapEnd, segment.endOffset());
        }
        if (done || mapFull) {
            closeSource();
            dirtySegment++;
            return true;
        }
        return false;
    }

    private boolean addKeys(RecordBatch batch) {
        if (!batch.isControl() && batch.nextOffset() > plan.firstDirtyOffset() && !EmptyBatch.is(batch)) {
            ByteBuf body = BatchCleaner.decompress(batch);
            try {
                mapFull = !BatchCleaner.forEach(batch, body, cursor, this::addKey);
            } finally {
                if (body != null) {
                    body.release();
                }
            }
        }
        if (!mapFull) {
            mapEnd = Math.max(mapEnd, batch.nextOffset());
        }
        return !mapFull && spend(batch);
    }

    private boolean addKey(RecordCursor record) {
        boolean counts = record.hasKey() && record.offset() >= plan.firstDirtyOffset();
        if (counts && !keys.put(record.key(), record.offset())) {
            mapEnd = record.offset();
            return false;
        }
        return true;
    }

    /** Whether to go on after this batch. */
    private boolean spend(RecordBatch batch) {
        bytesRead += batch.sizeInBytes();
        budget -= batch.sizeInBytes();
        return budget > 0;
    }

    // ---- the segments

    /** Neighbours that fit into one segment are made one, or a log would end up as many tiny ones. */
    private void makeGroups() {
        List<CompactionPlan.Source> open = null;
        long size = 0;
        for (CompactionPlan.Source segment : plan.segments()) {
            if (segment.state().baseOffset() >= mapEnd) {
                return;
            }
            size += segment.state().size();
            boolean fits = open != null
                    && size <= plan.segmentBytes()
                    && segment.endOffset() - open.get(0).state().baseOffset() <= Integer.MAX_VALUE;
            if (!fits) {
                open = new ArrayList<>();
                groups.add(open);
                size = segment.state().size();
            }
            open.add(segment);
        }
    }

    private boolean cleanGroup(List<CompactionPlan.Source> members) throws IOException {
        if (target == null) {
            SegmentState first = members.get(0).state();
            unfinished = CompactedFile.path(plan.directory(), first.baseOffset(), plan.nowMs());
            target = new CompactedFile(files, unfinished, first, plan.indexIntervalBytes());
            changed = members.size() > 1;
            member = 0;
        }
        for (; member < members.size(); member++) {
            if (source == null) {
                source = open(members.get(member));
            }
            boolean done = source.run(this::cleanBatch);
            if (!done) {
                return false;
            }
            if (member == 0) {
                // Held open until the segment is swapped: else its space would be freed, which takes long, in the log's
                // queue.
                held = source;
                source = null;
            }
            closeSource();
        }
        return true;
    }

    private boolean cleanBatch(RecordBatch batch) {
        try {
            changed |= cleaner.clean(batch, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return spend(batch);
    }

    /** The segment to be swapped in, or null if the segments stay as they are. */
    private Progress finishGroup(List<CompactionPlan.Source> members) throws IOException {
        long before = members.get(0).state().size();
        if (members.size() > 1) {
            // By its size recovery tells the file from the first segment alone. They would have the same mostly where
            // nothing stays of the others, so that they become part of the empty batch at the first one's end.
            target.splitRunAt(members.get(0).endOffset(), before);
        }
        target.writeRest();
        bytesWritten += target.size();
        if (members.size() > 1 && target.size() == before) {
            discard();
            groups.set(group, members.subList(0, 1));
            groups.add(group + 1, members.subList(1, members.size()));
            return null;
        }
        group++;
        if (!changed && target.size() == before) {
            discard();
            return null;
        }
        List<Long> replaced =
                members.stream().map(segment -> segment.state().baseOffset()).toList();
        CompactedSegment compacted = target.finish(unfinished, replaced);
        target.close();
        target = null;
        return new Progress.Compacted(compacted);
    }

    /** The segments of the group stay as they are. */
    private void discard() throws IOException {
        closeHeld();
        if (target != null) {
            target.close();
            target = null;
        }
        if (unfinished != null) {
            files.delete(unfinished);
            unfinished = null;
        }
    }

    private void closeHeld() throws IOException {
        if (held != null) {
            held.close();
            held = null;
        }
    }

    private SourceScan open(CompactionPlan.Source segment) throws IOException {
        return new SourceScan(files, plan.directory(), segment.state(), plan.terms());
    }

    private void closeSource() throws IOException {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    /** Bytes of batches read so far. */
    public long bytesRead() {
        return bytesRead;
    }

    /** Bytes written so far. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Lets go of everything; what was not swapped in is removed. */
    @Override
    public void close() throws IOException {
        closeSource();
        discard();
    }
}
