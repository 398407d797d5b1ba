package io.flotilla.log.segment;

import io.flotilla.log.GroupId;
import io.flotilla.log.LogFailure;
import io.flotilla.log.flush.Flusher;
import io.flotilla.log.flush.RedoTarget;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.redo.RedoFrame;
import io.flotilla.log.segment.AppendGroup.Append;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Carries out, in order and in the background, what a log's loop decided: appends, and the {@link LogSteps} that change files. Consecutive
 * appends become one gathering write; one sync follows a round's writes, and what it made durable is reported to the loop. Where they
 * are small, that is a sync of the redo journal instead, until a step or the journal needs one of the segment.
 */
public final class LogWriter extends RedoTarget {
    /**
     * Most bytes written between two syncs, except that one batch may be larger. Recovery relies on it: no interrupted write
     * explains a bad place further than this before good batches.
     */
    public static final int MOST_UNSYNCED_BYTES = 4 << 20;

    /** Most bytes of appends that are made durable in the redo journal: of more, writing them twice costs more than a sync. */
    private static final int MOST_REDO_BYTES = 32 << 10;

    /** Hears on the loop what was done. */
    public interface Progress {
        /**
         * All appends and steps up to the one that ended at this entry are done.
         *
         * @param generation as given with the append
         * @param synced false if the bytes are written only, as with write caching
         */
        void done(int generation, long lastIndex, int term, boolean synced);

        /** The directory failed; nothing more will be done. */
        void failed(LogFailure failure);
    }

    /** A change to the log's files. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    /** Something queued. */
    sealed interface Work permits Append, Change {
        /** The bytes it holds a reference to, or null. */
        ByteBuf bytes();
    }

    /** A step that is queued. */
    private record Change(Step step, ByteBuf bytes) implements Work {}

    private final GroupId id;
    private final LogFiles files;
    private final Flusher flusher;
    private final Executor loop;
    private final Progress progress;
    private final LogSteps steps;
    private final ConcurrentLinkedQueue<Work> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private volatile boolean caching;

    // Touched by the flushing thread only.
    private FileHandle handle;
    private long handleBase = -1;
    private final AppendGroup group = new AppendGroup();
    private long unsynced;
    private Append lastWritten;
    /** How much of the queue goes to the redo journal in this round. */
    private int redoAppends;
    /** The segment has bytes that are durable in the redo journal only. */
    private boolean indebted;
    /** What is being done, or was when there was a shortage. */
    private Work current;

    private boolean failureReported;

    /** @param id whose log it is */
    public LogWriter(GroupId id, LogFiles files, Flusher flusher, Executor loop, Progress progress) {
        this.id = id;
        this.files = files;
        this.flusher = flusher;
        this.loop = loop;
        this.progress = progress;
        this.steps = new LogSteps(this, files, loop);
    }

    /** Whether to report appends once written, and sync them later. */
    public void setCaching(boolean caching) {
        this.caching = caching;
    }

    /** Queues an append; takes a reference to the bytes of its own. {@link #kick} when all is queued. */
    public void append(TailChunk chunk, int generation) {
        queuedBytes.addAndGet(chunk.size());
        queue.add(new Append(
                chunk.segment(),
                chunk.position(),
                chunk.bytes().retain(),
                generation,
                chunk.lastIndex(),
                chunk.term()));
    }

    /** Bytes queued and not yet written. */
    public long queuedBytes() {
        return queuedBytes.get();
    }

    /** Queues a step; what was queued before is durable when it runs. */
    void then(Step step) {
        queue.add(new Change(step, null));
    }

    /** Queues a step that changes what was appended before, or after which the writer is not there to tell of such a change. */
    void thenUndo(Step step) {
        thenUndo(step, null);
    }

    /** The same, with bytes that are released if the step is never taken. */
    void thenUndo(Step step, ByteBuf bytes) {
        Step barred = () -> {
            // What was appended until now is in the segment, and must not be written there again after a stop.
            if (flusher.redo() != null) {
                flusher.redo().bar(id);
            }
            step.run();
        };
        queue.add(new Change(barred, bytes));
    }

    /** Reports progress to an entry that is durable already. */
    void reportDurable(int generation, long lastIndex, int term) {
        loop.execute(() -> progress.done(generation, lastIndex, term, true));
    }

    /** Changes to the log's files other than appends. */
    public LogSteps steps() {
        return steps;
    }

    /** Has the queue worked off. */
    public void kick() {
        flusher.markDirty(this);
    }

    @Override
    protected void flush() throws IOException {
        try {
            group.restoreBuffers();
            for (Work work = next(); work != null; work = next()) {
                // Kept until it is done, in case there is a shortage now.
                current = work;
                if (work instanceof Append append) {
                    if (group.isFullFor(append, MOST_UNSYNCED_BYTES)) {
                        writeGroup();
                    }
                    group.add(append);
                } else {
                    writeGroup();
                    sync();
                    ((Change) work).step().run();
                }
                current = null;
            }
            writeGroup();
            if (!caching) {
                syncAppends();
            }
        } catch (ShortageException e) {
            group.forgetBuffers();
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            drop();
            throw e;
        }
    }

    private Work next() {
        return current != null ? current : queue.poll();
    }

    @Override
    public void drop() {
        releaseGroup();
        if (current != null) {
            release(current);
            current = null;
        }
    }

    private void release(Work work) {
        if (work.bytes() != null) {
            work.bytes().release();
        }
    }

    private void writeGroup() throws IOException {
        if (group.isEmpty()) {
            return;
        }
        if (unsynced > 0 && unsynced + group.bytes() > MOST_UNSYNCED_BYTES) {
            syncAppends();
        }
        group.write(open(group.first().segment().baseOffset()));
        unsynced += group.bytes();
        lastWritten = group.last();
        releaseGroup();
        if (caching) {
            report(lastWritten, false);
        }
    }

    private void releaseGroup() {
        queuedBytes.addAndGet(-group.bytes());
        group.clear();
    }

    // The same by way of the redo journal.

    @Override
    protected int redoBytes() {
        redoAppends = 0;
        if (caching || unsynced > 0 || current != null || !group.isEmpty() || queuedBytes.get() > MOST_REDO_BYTES) {
            return NOT_BY_REDO;
        }
        int bytes = 0;
        Segment segment = null;
        for (Work work : queue) {
            if (!(work instanceof Append append) || segment != null && append.segment() != segment) {
                return NOT_BY_REDO;
            }
            segment = append.segment();
            bytes += append.bytes().readableBytes();
            redoAppends++;
        }
        return bytes <= MOST_REDO_BYTES ? bytes : NOT_BY_REDO;
    }

    @Override
    protected void write(RedoFrame frame) throws IOException {
        for (; redoAppends > 0; redoAppends--) {
            group.add((Append) queue.remove());
        }
        try {
            group.write(open(group.first().segment().baseOffset()), frame, id);
        } catch (ShortageException e) {
            group.forgetBuffers();
            throw e;
        }
    }

    @Override
    protected void redone() {
        indebted = true;
        report(group.last(), true);
        releaseGroup();
    }

    @Override
    public GroupId group() {
        return id;
    }

    @Override
    public void settle() {
        then(() -> {});
        kick();
    }

    /** Opens a segment's file, unless it is the one that is open. Only while flushing. */
    FileHandle open(long baseOffset) throws IOException {
        if (handleBase != baseOffset) {
            closeFile();
            handle = files.openSegment(baseOffset);
            handleBase = baseOffset;
        }
        return handle;
    }

    /** Makes everything written durable, where it was written. */
    private void sync() throws IOException {
        syncAppends();
        if (indebted) {
            handle.sync();
            settled();
        }
    }

    private void syncAppends() throws IOException {
        if (unsynced > 0) {
            handle.sync();
            unsynced = 0;
            settled();
            report(lastWritten, true);
        }
    }

    private void settled() {
        if (indebted) {
            indebted = false;
            flusher.redo().settled(this);
        }
    }

    private void report(Append done, boolean synced) {
        loop.execute(() -> progress.done(done.generation(), done.lastIndex(), done.term(), synced));
    }

    /** Closes the segment's file. Only while flushing. */
    void closeFile() throws IOException {
        if (handle != null) {
            handle.close();
        }
        handle = null;
        handleBase = -1;
    }

    /** Drops what is queued and reports the failure. Any thread. */
    public void fail(LogFailure failure) {
        abandon(failure);
    }

    @Override
    protected void abandon(LogFailure failure) {
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            release(work);
        }
        loop.execute(() -> {
            if (!failureReported) {
                failureReported = true;
                progress.failed(failure);
            }
        });
    }
}
