package io.flotilla.log.flush;

import io.flotilla.log.LogFailure;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.redo.RedoJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit for one log directory. Whatever becomes dirty while a round runs waits for the next; a round begins as soon
 * as there is work and no round, so nothing waits for a timer, and under load each sync covers many appends. Within a round
 * several targets are written and synced at a time, because a disk commits them together; those with only a little to write share
 * one sync, of the redo journal ({@link SharedFlush}).
 *
 * <p>The first failed write or sync fences the directory for good: what a later success would mean is unknown (Rebello et
 * al., ATC 2020). A shortage is no such failure, of space on the disk or of files that can be opened: the operation that meets
 * with it has not been begun, so it leaves nothing in doubt. What could not be done waits for {@link #resume}. Thread-safe.
 */
public final class Flusher {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    /** Then others who wait for the executor have their turn, were it of a single thread. */
    private static final int MOST_ROUNDS_IN_A_ROW = 64;

    private final Path directory;
    private final Executor executor;
    private final int concurrency;
    private final Consumer<LogFailure> onFence;

    private final ConcurrentLinkedQueue<FlushTarget> dirty = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();
    /** What could not be done until now, and of what there was too little, in an order that does not change from run to run. */
    private final Map<FlushTarget, ShortageException> stalled = Collections.synchronizedMap(new LinkedHashMap<>());

    private final AtomicReference<LogFailure> failure = new AtomicReference<>();
    private volatile RedoJournal redo;
    /** What the round that is under way does with one sync. */
    private final SharedFlush shared = new SharedFlush();

    /**
     * @param directory for messages
     * @param executor where rounds run; its tasks block on the disk
     * @param concurrency most targets written at a time, at least 1
     * @param onFence told once, on any thread, when the directory fails
     */
    public Flusher(Path directory, Executor executor, int concurrency, Consumer<LogFailure> onFence) {
        this.directory = directory;
        this.executor = executor;
        this.concurrency = concurrency;
        this.onFence = onFence;
    }

    /** Has small writes made durable by way of the directory's redo journal from now on. */
    public void use(RedoJournal journal) {
        redo = journal;
    }

    /** The directory's redo journal, or null before {@link #use}. */
    public RedoJournal redo() {
        return redo;
    }

    /** Has the target flushed, in the next round. Does not block. */
    public void markDirty(FlushTarget target) {
        LogFailure failed = failure.get();
        if (failed != null) {
            target.abandon(failed);
            return;
        }
        if (target.dirty.compareAndSet(false, true)) {
            dirty.add(target);
            startRound();
        }
    }

    /** Why the directory is fenced, or null. */
    public LogFailure failure() {
        return failure.get();
    }

    /** Fences the directory, if it is not yet. */
    public void fence(LogFailure cause) {
        if (failure.compareAndSet(null, cause)) {
            if (cause.kind() != LogFailure.Kind.ABANDONED) {
                LOG.error(
                        "Log directory {} takes no more writes, and its replicas stop: {}. Repair or replace the disk, and"
                                + " restart the broker",
                        directory,
                        cause.message(),
                        cause.cause());
            }
            onFence.accept(cause);
            for (FlushTarget target : List.copyOf(stalled.keySet())) {
                if (cause.kind() != LogFailure.Kind.ABANDONED && target.dirty.compareAndSet(false, true)) {
                    dirty.add(target);
                    startRound();
                }
            }
        }
    }

    private void startRound() {
        if (running.compareAndSet(false, true)) {
            executor.execute(() -> work(null));
        }
    }

    /**
     * Works on a round, and on those after it for as long as this worker is the one who ends them: what has become dirty
     * meanwhile need not wait for another thread to wake up.
     *
     * @param joined the round to help with; null to begin one
     */
    private void work(Round joined) {
        int begun = 0;
        Round round = joined == null ? nextRound() : joined;
        while (round != null && round.work()) {
            if (++begun == MOST_ROUNDS_IN_A_ROW) {
                executor.execute(() -> work(null));
                return;
            }
            round = nextRound();
        }
    }

    /** Begins the next round, or ends it all when there is nothing to do: then null. Only for whoever ended the round before. */
    private Round nextRound() {
        while (true) {
            List<FlushTarget> targets = new ArrayList<>();
            for (FlushTarget target = dirty.poll(); target != null; target = dirty.poll()) {
                targets.add(target);
            }
            // Not before all are out of the queue, or one might be in the round twice. What is queued from here on
            // either is
            // seen by the round or marks its target dirty for the next.
            targets.forEach(target -> target.dirty.set(false));
            boolean sharing = redo != null && failure.get() == null && shared.take(targets, redo);
            if (sharing || !targets.isEmpty()) {
                Round round = new Round(sharing, targets);
                int helpers = Math.min(concurrency, round.parts()) - 1;
                for (int i = 0; i < helpers; i++) {
                    executor.execute(() -> work(round));
                }
                return round;
            }
            running.set(false);
            // Who marked something before that left it to this worker.
            if (dirty.isEmpty() || !running.compareAndSet(false, true)) {
                return null;
            }
        }
    }

    private void flushShared() {
        for (RedoTarget target : shared.targets()) {
            attempt(target, true);
        }
        try {
            if (failure.get() == null) {
                shared.commit();
            }
        } catch (ShortageException e) {
            LOG.debug("The redo journal of log directory {} cannot be written: {}", directory, e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            fence(new LogFailure(LogFailure.Kind.IO, describe(e), e));
        }
        for (RedoTarget target : shared.uncommitted()) {
            attempt(target, false);
        }
    }

    /**
     * Does what a target has to do, unless the directory has failed: then, or if it fails now, the target is abandoned.
     *
     * @param sharing whether a sync for it and others follows
     */
    private void attempt(FlushTarget target, boolean sharing) {
        if (failure.get() == null) {
            try {
                if (sharing) {
                    shared.write((RedoTarget) target);
                } else {
                    target.flush();
                }
                if (stalled.remove(target) != null && stalled.isEmpty()) {
                    LOG.info("What was to be written to log directory {} is written now", directory);
                }
            } catch (ShortageException e) {
                stall(target, e);
            } catch (IOException | RuntimeException | Error e) {
                fence(new LogFailure(LogFailure.Kind.IO, describe(e), e));
            }
        }
        LogFailure failed = failure.get();
        if (failed != null) {
            target.drop();
            target.abandon(failed);
        }
    }

    private void stall(FlushTarget target, ShortageException e) {
        boolean isFirst = stalled.isEmpty();
        stalled.put(target, e);
        if (isFirst) {
            LOG.error(
                    "What is to be written to log directory {} waits, and is written as soon as that can be done. {}",
                    directory,
                    e.getMessage());
        }
    }

    /** Whether something waits for space, or for a file that can be opened. */
    public boolean isStalled() {
        return !stalled.isEmpty();
    }

    /** Whether something waits for space on the disk. */
    public boolean isFull() {
        return isStalled() && List.copyOf(stalled.values()).stream().anyMatch(NoSpaceException.class::isInstance);
    }

    /** There may be enough again: tries what could not be done. */
    public void resume() {
        List.copyOf(stalled.keySet()).forEach(this::markDirty);
    }

    private String describe(Throwable e) {
        return directory + ": " + e;
    }

    /** What is to be done in one round, shared by the workers that do it. */
    private final class Round {
        /** Whether what shares a sync is the first part. */
        private final boolean sharing;
        /** The others, a part each. */
        private final List<FlushTarget> targets;

        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger left;

        Round(boolean sharing, List<FlushTarget> targets) {
            this.sharing = sharing;
            this.targets = targets;
            this.left = new AtomicInteger(parts());
        }

        int parts() {
            return targets.size() + (sharing ? 1 : 0);
        }

        /**
         * Does the parts that no other worker has taken. Not the last worker but the last part ends the round: a worker that
         * starts late has nothing to do.
         *
         * @return whether this worker ended the round
         */
        boolean work() {
            boolean ended = false;
            for (int part = next.getAndIncrement(); part < parts(); part = next.getAndIncrement()) {
                if (sharing && part == 0) {
                    flushShared();
                } else {
                    attempt(targets.get(sharing ? part - 1 : part), false);
                }
                ended = left.decrementAndGet() == 0;
            }
            return ended;
        }
    }
}
