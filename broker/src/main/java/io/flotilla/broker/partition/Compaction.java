package io.flotilla.broker.partition;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.log.CompactionSettings;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.maintain.CompactionPlan;
import io.flotilla.log.maintain.Compactor;
import io.flotilla.log.maintain.Compactor.Progress;
import io.flotilla.log.segment.CompactedSegment;
import io.flotilla.wire.message.RangeChecksumResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One compaction of one replica: asks the other members how far they have the log, has the log plan, and then drives the {@link
 * Compactor} in pieces in the background, with pauses that keep the rate. Segments are swapped in on the replica's loop. Used once.
 */
final class Compaction {
    /** How it ended, if not with a failure. */
    enum Outcome {
        COMPACTED,
        /** There was nothing to do. */
        NOTHING,
        /** The log went away, or was replaced, or there was a shortage: to be tried again in time. */
        GIVEN_UP
    }

    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
    private static final long STEP_BYTES = 1 << 20;
    private static final double MS_PER_SECOND = 1_000;

    private final Replica replica;
    private final EventLoop loop;
    private final Executor blocking;
    private final Clock clock;
    private final PeerCopies peers;
    private final long keyMapBytes;
    private final double bytesPerSecond;
    private final Metrics metrics;
    private final CompletableFuture<Outcome> ended = new CompletableFuture<>();
    private Compactor compactor;
    private long read;
    private long written;

    /** @param loop where pauses are waited for */
    Compaction(
            Replica replica,
            EventLoop loop,
            Executor blocking,
            Clock clock,
            PeerCopies peers,
            long keyMapBytes,
            double bytesPerSecond,
            Metrics metrics) {
        this.replica = replica;
        this.loop = loop;
        this.blocking = blocking;
        this.clock = clock;
        this.peers = peers;
        this.keyMapBytes = keyMapBytes;
        this.bytesPerSecond = bytesPerSecond;
        this.metrics = metrics;
    }

    /** Completes on any thread; fails with what the disk or the log's content objected. */
    CompletableFuture<Outcome> run() {
        CompletableFuture.supplyAsync(this::everywhere, replica.loop())
                .thenCompose(Function.identity())
                .thenApplyAsync(this::plan, replica.loop())
                .thenAcceptAsync(this::begin, blocking)
                .exceptionally(this::fail);
        return ended;
    }

    /**
     * Index up to which all members of the group have the log durably. A member that comes back without a tombstone that others
     * have dropped would keep what it deletes, for ever; so while one does not answer, all tombstones stay.
     */
    private CompletableFuture<Long> everywhere() {
        List<Integer> others = new ArrayList<>();
        long here = replica.log().commitMark();
        replica.group().core().configuration().members().forEach(member -> {
            if (peers.isOther(member)) {
                others.add(member);
            }
        });
        return peers.positions(others, replica.id())
                .handle((positions, failure) -> failure != null
                        ? 0L
                        : positions.values().stream()
                                .mapToLong(RangeChecksumResponse::durableIndex)
                                .reduce(here, Math::min));
    }

    private CompactionPlan plan(long everywhereIndex) {
        if (!replica.isServing()) {
            return null;
        }
        CompactionSettings settings = new CompactionSettings(
                replica.config().minCompactionLagMs(), replica.config().deleteRetentionMs(), keyMapBytes);
        return replica.log().compaction().plan(settings, everywhereIndex, clock.millis());
    }

    private void begin(CompactionPlan plan) {
        if (plan == null) {
            ended.complete(Outcome.NOTHING);
        } else {
            compactor = new Compactor(replica.log().compaction().files(), plan);
            step();
        }
    }

    /** One piece. In the background. */
    private void step() {
        if (!replica.isServing()) {
            close(Outcome.GIVEN_UP);
            return;
        }
        Progress progress;
        try {
            progress = compactor.step(Math.max(1, Math.min(STEP_BYTES, (long) bytesPerSecond)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long pauseMs = account();
        if (progress instanceof Progress.Compacted compacted) {
            pause(pauseMs, () -> swap(compacted.segment()));
        } else if (progress instanceof Progress.Done done) {
            replica.loop().execute(() -> replica.log().compaction().cleaned(done.cleanedTo()));
            LOG.info(
                    "{}: compacted up to offset {}: read {} bytes, wrote {}",
                    replica.name(),
                    done.cleanedTo(),
                    compactor.bytesRead(),
                    compactor.bytesWritten());
            close(Outcome.COMPACTED);
        } else {
            pause(pauseMs, this::stepInBackground);
        }
    }

    private long account() {
        long bytes = compactor.bytesRead() - read + compactor.bytesWritten() - written;
        metrics.cleanerReadBytes.add(compactor.bytesRead() - read);
        metrics.cleanerWrittenBytes.add(compactor.bytesWritten() - written);
        read = compactor.bytesRead();
        written = compactor.bytesWritten();
        return (long) (bytes * MS_PER_SECOND / bytesPerSecond);
    }

    private void pause(long ms, Runnable then) {
        if (ms > 0) {
            loop.schedule(then, ms);
        } else {
            then.run();
        }
    }

    private void stepInBackground() {
        CompletableFuture.runAsync(this::step, blocking).exceptionally(this::fail);
    }

    private void swap(CompactedSegment segment) {
        CompletableFuture.supplyAsync(() -> replica.log().compaction().swap(segment), replica.loop())
                .thenCompose(Function.identity())
                .thenAcceptAsync(
                        swapped -> {
                            if (swapped) {
                                step();
                            } else {
                                close(Outcome.GIVEN_UP);
                            }
                        },
                        blocking)
                .exceptionally(this::fail);
    }

    private <T> T fail(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof UncheckedIOException) {
            cause = cause.getCause();
        }
        Throwable reason = cause;
        blocking.execute(() -> failed(reason));
        return null;
    }

    private void failed(Throwable cause) {
        boolean gone = !replica.isServing();
        if (cause instanceof ShortageException || gone) {
            LOG.info("{}: compaction is put off: {}", replica.name(), cause.toString());
            close(Outcome.GIVEN_UP);
            return;
        }
        if (cause instanceof DamagedLogException damaged) {
            replica.damaged(damaged.damage());
        }
        close(null);
        ended.completeExceptionally(cause);
    }

    /** In the background. */
    private void close(Outcome outcome) {
        try {
            if (compactor != null) {
                compactor.close();
            }
        } catch (IOException e) {
            LOG.warn("{}: what compaction wrote last is left until the next start: {}", replica.name(), e.toString());
        }
        if (outcome != null) {
            ended.complete(outcome);
        }
    }
}
