package io.flotilla.log;

import io.flotilla.log.index.RaftEntries;
import io.flotilla.log.index.SegmentIndex;
import io.flotilla.log.segment.BatchSelection;
import io.flotilla.log.segment.FileRange;
import io.flotilla.log.segment.LogReader;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.Segment;
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
 * overtook is done again, for what it found may be gone. Touched by the log's loop only.
 */
final class LogReads {
    private static final CompletableFuture<ReadResult> OUT_OF_RANGE =
            CompletableFuture.completedFuture(new ReadResult.OutOfRange());

    private final PartitionLog log;
    private final LogStore store;
    private final Executor loop;
    private final LogReader reader;
    private final TimeSearch search;

    LogReads(PartitionLog log, LogStore store, Executor loop, int indexInterval) {
        this.log = log;
        this.store = store;
        this.loop = loop;
        this.reader = new LogReader(store.fileSystem(), store.allocator(), indexInterval);
        this.search = new TimeSearch(store.fileSystem(), indexInterval);
    }

    CompletableFuture<ReadResult> entries(long fromIndex, long lastIndex, int maxBytes) {
        if (fromIndex < log.firstIndex() || fromIndex > log.lastIndex() + 1) {
            return OUT_OF_RANGE;
        }
        return read(fromIndex, lastIndex, maxBytes, true, true);
    }

    CompletableFuture<ReadResult> fetch(long offset, long limitOffset, int maxBytes, boolean atLeastOne) {
        if (offset < log.logStartOffset() || offset > log.logEndOffset()) {
            return OUT_OF_RANGE;
        }
        long limit = Math.min(limitOffset, log.logEndOffset());
        return read(log.indexOf(offset), log.indexOf(limit) - 1, maxBytes, atLeastOne, false);
    }

    private CompletableFuture<ReadResult> read(
            long fromIndex, long lastIndex, int maxBytes, boolean atLeastOne, boolean withRaftEntries) {
        long last = Math.min(lastIndex, log.lastIndex());
        if (fromIndex > last) {
            return CompletableFuture.completedFuture(
                    new ReadResult.Batches(Unpooled.EMPTY_BUFFER, fromIndex, fromIndex - 1));
        }
        Tail tail = log.tail();
        if (tail.covers(fromIndex)) {
            BatchSelection selection = new BatchSelection(fromIndex, last, maxBytes, atLeastOne, withRaftEntries);
            tail.read(fromIndex, selection);
            return CompletableFuture.completedFuture(selection.toResult());
        }
        LogState state = log.state();
        RaftEntries raftEntries = state.raftEntries();
        int number = state.segmentOf(fromIndex);
        Segment segment = state.segments().get(number);
        long offset = raftEntries.offsetAfter(fromIndex - 1);
        long start =
                segment.index() == null ? FileRange.UNKNOWN : segment.index().positionBefore(offset);
        FileRange range = range(number, start);
        LogReader.Request request = new LogReader.Request(
                offset,
                raftEntries.runBefore(fromIndex, segment.baseIndex()),
                fromIndex,
                last,
                maxBytes,
                atLeastOne,
                withRaftEntries,
                state.termStarts().from(fromIndex));
        int generation = log.generation();
        CompletableFuture<ReadResult> future = new CompletableFuture<>();
        store.blocking().execute(() -> {
            ReadResult result = reader.read(range, request);
            loop.execute(() -> deliver(future, result, request, generation));
        });
        return future;
    }

    private void deliver(
            CompletableFuture<ReadResult> future, ReadResult result, LogReader.Request request, int generation) {
        boolean gone = request.fromIndex() < log.firstIndex();
        if (!log.isClosed() && !gone && generation == log.generation()) {
            future.complete(result);
            return;
        }
        if (result instanceof ReadResult.Batches batches) {
            batches.bytes().release();
        }
        if (log.isClosed()) {
            future.complete(new ReadResult.Closed());
        } else if (gone || request.fromIndex() > log.lastIndex() + 1) {
            future.complete(new ReadResult.OutOfRange());
        } else {
            read(
                            request.fromIndex(),
                            request.lastIndex(),
                            request.maxBytes(),
                            request.atLeastOne(),
                            request.withRaftEntries())
                    .thenAccept(future::complete);
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

    /** Runs a search in the background; the plan is made on the loop, again if a truncation overtook the search. */
    private CompletableFuture<RecordPosition> search(Supplier<Supplier<RecordPosition>> plan) {
        CompletableFuture<RecordPosition> future = new CompletableFuture<>();
        search(plan, future);
        return future;
    }

    private void search(Supplier<Supplier<RecordPosition>> plan, CompletableFuture<RecordPosition> future) {
        Supplier<RecordPosition> work = plan.get();
        int generation = log.generation();
        long firstIndex = log.firstIndex();
        store.blocking().execute(() -> {
            RecordPosition found = RecordPosition.NONE;
            DamagedLogException damaged = null;
            try {
                found = work.get();
            } catch (DamagedLogException e) {
                damaged = e;
            }
            RecordPosition result = found;
            DamagedLogException problem = damaged;
            loop.execute(() -> {
                boolean same = generation == log.generation() && firstIndex == log.firstIndex();
                if (problem == null && same || log.isClosed()) {
                    future.complete(result);
                } else if (same) {
                    future.completeExceptionally(problem);
                } else {
                    search(plan, future);
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
