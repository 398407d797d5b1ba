package io.flotilla.log;

import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.LogSteps;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.segment.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Snapshots that were taken and wait for their index to be committed: only then may they be written, because recovery takes
 * what a snapshot says for final. Segments that retention dropped go when the snapshot that no longer lists them is there.
 * Not thread-safe.
 */
final class PendingSnapshots {
    private record Pending(long index, byte[] bytes, List<Long> dropped) {}

    private final Deque<Pending> queue = new ArrayDeque<>();
    private final Executor remover;
    private long writtenIndex;

    /**
     * @param remover frees the space of segments, in the background
     * @param writtenIndex of the newest snapshot that is written
     */
    PendingSnapshots(Executor remover, long writtenIndex) {
        this.remover = remover;
        this.writtenIndex = writtenIndex;
    }

    /** Takes a snapshot of the state now. */
    void take(LogState state, List<Segment> dropped) {
        add(state, LogSteps.baseOffsets(dropped));
    }

    private void add(LogState state, List<Long> dropped) {
        queue.add(new Pending(state.lastIndex(), state.snapshot().encode(), dropped));
    }

    /** Has those written whose index is committed. */
    void writeCommitted(long committedIndex, LogWriter writer) {
        while (!queue.isEmpty() && queue.peek().index() <= committedIndex) {
            Pending next = queue.remove();
            writer.steps().snapshot(next.index(), next.bytes(), next.dropped(), remover);
            writtenIndex = next.index();
            writer.kick();
        }
    }

    /** Whether none waits. */
    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Index of the newest snapshot that is written, or will be before anything that is queued from now on. */
    long writtenIndex() {
        return writtenIndex;
    }

    /** Forgets those that stand for entries just truncated; what they were to drop is dropped with one of the state now. */
    void truncatedFrom(long index, LogState state) {
        List<Long> dropped = new ArrayList<>();
        while (!queue.isEmpty() && queue.peekLast().index() >= index) {
            dropped.addAll(0, queue.removeLast().dropped());
        }
        if (!dropped.isEmpty()) {
            add(state, dropped);
        }
    }

    /** Has the last snapshot of a log written, whose state is all committed, in place of those that wait. */
    void writeLast(LogState state, LogWriter writer) {
        List<Long> dropped = new ArrayList<>();
        queue.forEach(pending -> dropped.addAll(pending.dropped()));
        queue.clear();
        writer.steps().snapshot(state.lastIndex(), state.snapshot().encode(), dropped, remover);
    }

    /** Forgets all: the log was replaced by a snapshot at this index. */
    void replacedAt(long index) {
        queue.clear();
        writtenIndex = index;
    }
}
