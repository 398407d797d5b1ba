package io.flotilla.log;

import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.index.RaftEntries;
import io.flotilla.log.index.SegmentIndex;
import io.flotilla.log.segment.BatchSelection;
import io.flotilla.log.segment.FileRange;
import io.flotilla.log.segment.FileRanges;
import io.flotilla.log.segment.FileRead;
import io.flotilla.log.segment.LogReader;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.segment.Selection;
import io.flotilla.log.segment.Tail;
import io.flotilla.log.segment.TimeSearch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The reads of a {@link PartitionLog}: from memory at once, from files in the background. A file read that a truncation
 * or a swap of segments overtook is done again, for what it found may be gone. Touched by the log's loop only.
 */
final class LogReads {
    private static final CompletableFuture<ReadResult> OUT_OF_RANGE =
            CompletableFuture.completedFuture(new ReadResult.OutOfRange());

    private static final long LEAST_READ_AHEAD_BYTES = 128 << 10;
    private static final long MOST_READ_AHEAD_BYTES = 2 << 20;

    private final PartitionLog log;
    private final LogStore store;
    private final Executor loop;
    private final LogReader reader;
    private final TimeSearch search;
    private final CheckedRanges checked;
    private final SequentialReads sequential = new SequentialReads();
    /** Of the log when positions were last known to mean what they meant, and how often segments had been swapped. */
    private int generation;

    private long swaps;

    LogReads(PartitionLog log, LogStore store, Executor loop, int indexInterval) {
        this.log = log;
        this.store = store;
        this.loop = loop;
        this.reader = new LogReader(store.fileSystem(), store.allocator(), indexInterval);
        this.search = new TimeSearch(store.fileSystem(), indexInterval);
        this.checked = new CheckedRanges(store.recheckMs());
    }

    /** A part of a segment is about to be written, and is good. */
    void appended(Segment segment, long from, long to) {
        keepUp();
        checked.add(segment.baseOffset(), from, to);
    }

    /** To be called every few seconds. */
    void tick(long nowMs) {
        checked.tick(nowMs);
    }

    /** After a truncation, or when files were replaced or swapped, positions may mean something else. */
    private void keepUp() {
        if (generation != log.generation() || swaps != log.compaction().swaps()) {
            generation = log.generation();
            swaps = log.compaction().swaps();
            checked.clear();
            sequential.clear();
        }
    }

    CompletableFuture<ReadResult> entries(long fromIndex, long lastIndex, int maxBytes) {
        if (fromIndex < log.firstIndex() || fromIndex > log.lastIndex() + 1) {
            return OUT_OF_RANGE;
        }
        return read(new Wanted(fromIndex, lastIndex, maxBytes, true, true, false));
    }

    CompletableFuture<ReadResult> fetch(
            long offset, long limitOffset, int maxBytes, boolean atLeastOne, boolean fromFile) {
        if (offset < log.logStartOffset() || offset > log.logEndOffset()) {
            return OUT_OF_RANGE;
        }
        long limit = Math.min(limitOffset, log.logEndOffset());
        return read(new Wanted(log.indexOf(offset), log.indexOf(limit) - 1, maxBytes, atLeastOne, false, fromFile));
    }

    /** A read as it was asked for; what it says about indexes holds also after a truncation. */
    private record Wanted(
            long fromIndex,
            long lastIndex,
            int maxBytes,
            boolean atLeastOne,
            boolean withRaftEntries,
            boolean fromFile) {}

    private CompletableFuture<ReadResult> read(Wanted wanted) {
        long fromIndex = wanted.fromIndex();
        long last = Math.min(wanted.lastIndex(), log.lastIndex());
        if (fromIndex > last) {
            return CompletableFuture.completedFuture(
                    new ReadResult.Batches(Unpooled.EMPTY_BUFFER, fromIndex, fromIndex - 1));
        }
        Tail tail = log.tail();
        if (tail.covers(fromIndex)) {
            BatchSelection selection = new BatchSelection(
                    new Selection(fromIndex, last, wanted.maxBytes(), wanted.atLeastOne(), wanted.withRaftEntries()));
            tail.read(fromIndex, selection);
            return CompletableFuture.completedFuture(selection.toResult());
        }
        return readFile(wanted, last);
    }

    private CompletableFuture<ReadResult> readFile(Wanted wanted, long last) {
        keepUp();
        LogState state = log.state();
        RaftEntries raftEntries = state.raftEntries();
        int number = state.segmentOf(wanted.fromIndex());
        Segment segment = state.segments().get(number);
        long offset = raftEntries.offsetAfter(wanted.fromIndex() - 1);
        SequentialReads.Place place = wanted.withRaftEntries() ? null : sequential.find(offset);
        FileRange range = range(number, startOf(segment, offset, place));
        LogReader.Request request = new LogReader.Request(
                offset,
                raftEntries.runBefore(wanted.fromIndex(), segment.baseIndex()),
                wanted.fromIndex(),
                last,
                wanted.maxBytes(),
                wanted.atLeastOne(),
                wanted.withRaftEntries(),
                state.termStarts().from(wanted.fromIndex()),
                wanted.fromFile() ? checked.of(segment.baseOffset()) : FileRanges.NONE);
        boolean expectedCold = place != null && place.isCold();
        int ofGeneration = log.generation();
        long ofSwaps = log.compaction().swaps();
        CompletableFuture<ReadResult> future = new CompletableFuture<>();
        store.reads().execute(() -> {
            FileRead read = reader.read(range, request);
            loop.execute(() -> {
                if (log.compaction().isSwappedSince(ofSwaps)) {
                    log.compaction().afterSwap(() -> readAgain(future, read.result(), wanted));
                } else if (isStill(wanted, ofGeneration)) {
                    learn(wanted, range, read, expectedCold);
                    future.complete(read.result());
                } else {
                    readAgain(future, read.result(), wanted);
                }
            });
        });
        return future;
    }

    private static long startOf(Segment segment, long offset, SequentialReads.Place place) {
        if (place != null && place.segment() == segment.baseOffset()) {
            return place.position();
        }
        return segment.index() == null ? FileRange.UNKNOWN : segment.index().positionBefore(offset);
    }

    /** Whether what was read in the background may be delivered. */
    private boolean isStill(Wanted wanted, int ofGeneration) {
        return !log.isClosed() && wanted.fromIndex() >= log.firstIndex() && ofGeneration == log.generation();
    }

    private void readAgain(CompletableFuture<ReadResult> future, ReadResult result, Wanted wanted) {
        if (result instanceof ReadResult.Batches batches) {
            batches.bytes().release();
        }
        if (log.isClosed()) {
            future.complete(new ReadResult.Closed());
        } else if (wanted.fromIndex() < log.firstIndex() || wanted.fromIndex() > log.lastIndex() + 1) {
            future.complete(new ReadResult.OutOfRange());
        } else {
            read(wanted).thenAccept(future::complete);
        }
    }

    /** Remembers what a read found out, and reads ahead for whoever goes on where it ended. */
    private void learn(Wanted wanted, FileRange range, FileRead read, boolean expectedCold) {
        if (read.result() instanceof ReadResult.Damaged) {
            checked.clear();
        }
        if (!(read.result() instanceof ReadResult.Batches batches)) {
            return;
        }
        if (!read.holdsFile()) {
            checked.add(range.baseOffset(), read.start(), read.end());
        }
        if (wanted.withRaftEntries() || read.end() >= range.end() || batches.lastIndex() < batches.firstIndex()) {
            return;
        }
        long next = log.offsetAfter(batches.lastIndex());
        boolean cold = read.fromDisk() || expectedCold;
        SequentialReads.Place place = sequential.add(next, range.baseOffset(), read.end(), cold);
        if (cold && place != null) {
            long length = Math.min(
                    Math.min(Math.max(read.end() - read.start(), LEAST_READ_AHEAD_BYTES), MOST_READ_AHEAD_BYTES),
                    range.end() - read.end());
            store.reads().execute(() -> {
                boolean fromDisk = reader.prefetch(range, read.end(), length);
                loop.execute(() -> place.setCold(fromDisk));
            });
        }
    }

    CompletableFuture<RecordPosition> findByTimestamp(long timestamp, long limitOffset) {
        return search(() -> {
            List<FileRange> ranges = new ArrayList<>();
            List<Segment> segments = log.state().segments();
            for (int i = 0; i < segments.size(); i++) {
                Segment segment = segments.get(i);
                if (segment.maxTimestamp() >= timestamp && segment.baseOffset() < limitOffset) {
                    addRange(ranges, i, startOfTime(segment.index(), timestamp));
                }
            }
            TimeSearch.Scope scope = scope(ranges, limitOffset, true);
            return () -> search.first(scope, timestamp);
        });
    }

    private static long startOfTime(SegmentIndex index, long timestamp) {
        return index == null ? FileRange.UNKNOWN : index.positionBefore(index.offsetBeforeTime(timestamp));
    }

    CompletableFuture<RecordPosition> findMaxTimestamp(long limitOffset) {
        return search(() -> {
            List<Segment> segments = log.state().segments();
            int best = -1;
            List<FileRange> rest = new ArrayList<>();
            for (int i = 0; i < segments.size(); i++) {
                Segment segment = segments.get(i);
                boolean whole = segment.baseOffset() >= log.logStartOffset()
                        && log.state().endOffsetOf(i) <= limitOffset
                        && fileEnd(i) == segment.size();
                if (!whole) {
                    addRange(rest, i, startBelow(segment.index(), limitOffset));
                } else if (best < 0
                        || segment.maxTimestamp() > segments.get(best).maxTimestamp()) {
                    best = i;
                }
            }
            List<FileRange> known = new ArrayList<>();
            long knownMax = best < 0 ? 0 : segments.get(best).maxTimestamp();
            if (best >= 0) {
                addRange(known, best, startOfTime(segments.get(best).index(), knownMax));
            }
            TimeSearch.Scope knownScope = scope(known, limitOffset, false);
            TimeSearch.Scope restScope = scope(rest, limitOffset, true);
            return () -> search.max(knownScope, knownMax, restScope);
        });
    }

    /** Where in a segment the largest timestamp below an offset may be: not before its last time entry there. */
    private long startBelow(SegmentIndex index, long limitOffset) {
        int slot = index == null || index.baseOffset() < log.logStartOffset() ? -1 : index.timeSlotBelow(limitOffset);
        return slot < 0 ? 0 : index.positionBefore(index.timeOffsetAt(slot));
    }

    /** A look through files, in the background. */
    private interface Search {
        RecordPosition run() throws ShortageException;
    }

    /** Runs a search; the plan is made on the loop, again if a truncation or a swap overtook the search. */
    private CompletableFuture<RecordPosition> search(Supplier<Search> plan) {
        CompletableFuture<RecordPosition> future = new CompletableFuture<>();
        search(plan, future);
        return future;
    }

    private void search(Supplier<Search> plan, CompletableFuture<RecordPosition> future) {
        Search work = plan.get();
        int ofGeneration = log.generation();
        long ofSwaps = log.compaction().swaps();
        long firstIndex = log.firstIndex();
        store.reads().execute(() -> {
            RecordPosition found = RecordPosition.NONE;
            Exception failure = null;
            try {
                found = work.run();
            } catch (DamagedLogException | ShortageException e) {
                failure = e;
            }
            RecordPosition result = found;
            Exception problem = failure;
            loop.execute(() -> {
                boolean same = ofGeneration == log.generation()
                        && firstIndex == log.firstIndex()
                        && !log.compaction().isSwappedSince(ofSwaps);
                if (problem == null && same || log.isClosed()) {
                    future.complete(result);
                } else if (same) {
                    future.completeExceptionally(problem);
                } else {
                    log.compaction().afterSwap(() -> search(plan, future));
                }
            });
        });
    }

    private TimeSearch.Scope scope(List<FileRange> ranges, long limitOffset, boolean withTail) {
        Tail tail = log.tail();
        List<ByteBuf> buffers = withTail && !tail.isEmpty() ? tail.retainFrom(tail.firstIndex()) : List.of();
        return new TimeSearch.Scope(ranges, buffers, log.logStartOffset(), limitOffset);
    }

    private void addRange(List<FileRange> ranges, int segment, long start) {
        FileRange range = range(segment, start);
        if (range.end() > 0) {
            ranges.add(range);
        }
    }

    private FileRange range(int number, long start) {
        Segment segment = log.state().segments().get(number);
        long end = fileEnd(number);
        boolean closed = number + 1 < log.state().segments().size() && end == segment.size();
        return new FileRange(store.files().directory(), segment.baseOffset(), start, end, closed);
    }

    /** How far a segment is to be read from its file: what is in memory may not be written yet. */
    long fileEnd(int number) {
        Segment segment = log.state().segments().get(number);
        Tail tail = log.tail();
        if (tail.isEmpty() || log.state().segmentOf(tail.firstIndex()) > number) {
            return segment.size();
        }
        return tail.covers(segment.baseIndex()) ? 0 : tail.firstPosition();
    }
}
