package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogMove;
import io.flotilla.log.SettledParts;
import io.flotilla.log.fs.ShortageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one replica to another log directory of this broker: copies its files while it is in use, has another replica lead once
 * little is left, closes it, copies the rest, and has it opened where it is then. Used once, on one loop; blocking work runs in
 * the background.
 */
final class ReplicaMove {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaMove.class);

    /** With at most so many bytes left to copy, the replica is closed for the rest. */
    private static final long LITTLE_BYTES = 4L << 20;

    private static final long LOOK_MS = 100;
    /** How often to look for more to be settled, and for another leader, before going on without. */
    private static final int MOST_LOOKS = 100;

    private final Replicas replicas;
    private final Replica replica;
    private final LogDirectory to;
    private final EventLoop loop;
    private final Executor blocking;
    private final LongSupplier bytesPerSecond;
    private final LogMove move;
    private final SettledParts parts;
    private final CompletableFuture<Outcome> done = new CompletableFuture<>();
    private volatile long copiedBytes;
    private boolean cancelled;
    private boolean closing;
    private int looks;

    /** How a move ends. */
    enum Outcome {
        MOVED,
        /** It was called off, the replica has stopped, or a directory has failed: another try may do better. */
        PUT_OFF,
        /** Another try would fail as well. */
        GIVEN_UP
    }

    /** @param bytesPerSecond most bytes to copy in a second; asked again and again */
    ReplicaMove(
            Replicas replicas,
            Replica replica,
            LogDirectory to,
            EventLoop loop,
            Executor blocking,
            LongSupplier bytesPerSecond) {
        this.replicas = replicas;
        this.replica = replica;
        this.to = to;
        this.loop = loop;
        this.blocking = blocking;
        this.bytesPerSecond = bytesPerSecond;
        this.move = new LogMove(replica.log().id(), replica.directory(), to);
        this.parts = new SettledParts(replica.log());
    }

    /** Completes on the loop when the replica is where it was to go, or stays where it was. */
    CompletableFuture<Outcome> run() {
        inBackground(move::begin).whenCompleteAsync(this::next, loop);
        return done;
    }

    /** Gives up, unless it is too late for that. */
    void cancel() {
        cancelled = true;
    }

    /** Bytes copied so far. Any thread. */
    long copiedBytes() {
        return copiedBytes;
    }

    private interface Work {
        void run() throws IOException;
    }

    private CompletableFuture<Void> inBackground(Work work) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                blocking);
    }

    private String obstacle() {
        if (cancelled) {
            return "it was called off";
        } else if (!isOpen()) {
            return "the replica has stopped";
        } else if (to.failure() != null || to.isShortOfSpace()) {
            return to.path() + " has failed or is short of space";
        }
        return null;
    }

    private boolean isOpen() {
        return replicas.get(replica.id()) == replica && replica.isServing();
    }

    private void next(Object before, Throwable failure) {
        String obstacle = failure == null ? obstacle() : failure.toString();
        if (obstacle != null) {
            giveUp(obstacle);
            return;
        }
        CompletableFuture.supplyAsync(parts::look, replica.loop())
                .thenApplyAsync(this::copy, blocking)
                .whenCompleteAsync(
                        (bytes, broken) -> {
                            if (broken != null) {
                                giveUp(broken.toString());
                            } else if (bytes > 0) {
                                looks = 0;
                                after(bytes * 1000L / Math.max(1, bytesPerSecond.getAsLong()), () -> next(null, null));
                            } else {
                                weighWhatIsLeft();
                            }
                        },
                        loop);
    }

    private int copy(List<SettledParts.Part> settled) {
        try {
            int bytes = move.copy(settled);
            copiedBytes = move.copiedBytes();
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void after(long delayMs, Runnable task) {
        if (delayMs == 0) {
            loop.execute(task);
        } else {
            loop.schedule(task, delayMs);
        }
    }

    private void weighWhatIsLeft() {
        CompletableFuture.supplyAsync(parts::all, replica.loop())
                .thenAcceptAsync(
                        all -> {
                            if (move.left(all) <= LITTLE_BYTES || ++looks > MOST_LOOKS) {
                                looks = 0;
                                standBack();
                            } else {
                                after(LOOK_MS, () -> next(null, null));
                            }
                        },
                        loop);
    }

    /** Has another replica lead, so that the partition can be used while this one is closed. */
    private void standBack() {
        CompletableFuture.supplyAsync(() -> replica.group().handOver(), replica.loop())
                .thenAcceptAsync(
                        begun -> {
                            if (begun) {
                                awaitAnotherLeader();
                            } else {
                                change();
                            }
                        },
                        loop);
    }

    private void awaitAnotherLeader() {
        if (replica.isLeading() && ++looks <= MOST_LOOKS) {
            after(LOOK_MS, this::awaitAnotherLeader);
        } else {
            change();
        }
    }

    private void change() {
        String obstacle = obstacle();
        if (obstacle != null) {
            giveUp(obstacle);
            return;
        }
        closing = true;
        LogDirectory from = replica.directory();
        replicas.whileClosed(replica, () -> CompletableFuture.supplyAsync(parts::all, replica.loop())
                        .thenCompose(all -> inBackground(() -> {
                            if (from.failure() != null) {
                                throw new IOException(from.failure().message());
                            }
                            move.finish(all);
                        }))
                        .thenCompose(finished -> move.adopt(blocking))
                        .thenCompose(adopted -> commit()))
                .whenCompleteAsync(
                        (nothing, failure) -> {
                            if (failure == null) {
                                LOG.info("{}: moved from {} to {}", replica.name(), from.path(), to.path());
                                done.complete(Outcome.MOVED);
                            } else {
                                giveUp(failure.toString());
                            }
                        },
                        loop);
    }

    /** Once it has begun it is not given up: a shortage is waited out. */
    private CompletableFuture<Void> commit() {
        return inBackground(move::commit).exceptionallyCompose(failure -> {
            boolean isShortage = failure.getCause() instanceof UncheckedIOException unchecked
                    && unchecked.getCause() instanceof ShortageException;
            if (!isShortage) {
                return CompletableFuture.failedFuture(failure);
            }
            CompletableFuture<Void> again = new CompletableFuture<>();
            loop.schedule(() -> again.complete(null), LOOK_MS);
            return again.thenCompose(nothing -> commit());
        });
    }

    private void giveUp(String why) {
        Outcome outcome = mayDoBetterLater() ? Outcome.PUT_OFF : Outcome.GIVEN_UP;
        inBackground(move::cancel)
                .whenCompleteAsync(
                        (nothing, failure) -> {
                            LOG.warn(
                                    "{}: not moved from {} to {}{}: {}",
                                    replica.name(),
                                    replica.directory().path(),
                                    to.path(),
                                    outcome == Outcome.PUT_OFF ? " now" : "",
                                    why);
                            done.complete(outcome);
                        },
                        loop);
    }

    private boolean mayDoBetterLater() {
        boolean hasStopped = !closing && !isOpen();
        return cancelled
                || hasStopped
                || to.failure() != null
                || replica.directory().failure() != null;
    }
}
