package io.flotilla.broker.partition;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.log.LogCompaction;
import io.flotilla.wire.record.RecordBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the partitions of topics with {@code cleanup.policy=compact} whose replicas are on this broker, leading or not, the dirtiest
 * first, a few at a time. A partition whose compaction fails is left alone for a while; it goes on serving. The cluster's
 * metadata is not compacted by key. On one loop.
 */
public final class Cleaner {
    private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);
    private static final long LEFT_ALONE_MS = 600_000;
    private static final long AT_ONCE_MS = 1;
    private static final int PERCENT = 100;

    /**
     * What it goes by.
     *
     * @param threads most partitions compacted at a time
     * @param backoffMs pause when there is nothing to do, in milliseconds
     * @param bytesPerSecond most bytes read and written, by all together
     * @param keyMapBytes memory for keys, of all together
     */
    public record Settings(int threads, long backoffMs, double bytesPerSecond, long keyMapBytes) {}

    /** A partition and what there is to compact of it. */
    private record Candidate(Replica replica, LogCompaction.Backlog backlog) {}

    private final EventLoop loop;
    private final Executor blocking;
    private final Clock clock;
    private final Replicas replicas;
    private final PeerCopies peers;
    private final Settings settings;
    private final Metrics metrics;
    private final Set<PartitionId> busy = new HashSet<>();
    /** Until when, by the monotonic clock, partitions are left alone. */
    private final Map<PartitionId, Long> leftAlone = new HashMap<>();

    private volatile int uncleanable;
    private volatile long lastSeconds;
    private volatile long dirtyPercent;

    /** @param blocking where files are read and written */
    public Cleaner(
            EventLoop loop,
            Executor blocking,
            Clock clock,
            Replicas replicas,
            PeerCopies peers,
            Settings settings,
            Metrics metrics) {
        this.loop = loop;
        this.blocking = blocking;
        this.clock = clock;
        this.replicas = replicas;
        this.peers = peers;
        this.settings = settings;
        this.metrics = metrics;
        metrics.cleanerUncleanable.follow(() -> uncleanable);
        metrics.cleanerLastSeconds.follow(() -> lastSeconds);
        metrics.cleanerMaxDirtyPercent.follow(() -> dirtyPercent);
    }

    /** Begins, after a pause. */
    public void start() {
        for (int i = 0; i < settings.threads(); i++) {
            loop.schedule(this::look, settings.backoffMs());
        }
    }

    /** Looks for the dirtiest partition that is to be compacted. */
    private void look() {
        long nowNanos = clock.nanoTime();
        leftAlone.values().removeIf(until -> nowNanos - until >= 0);
        uncleanable = leftAlone.size();
        List<CompletableFuture<Candidate>> asked = new ArrayList<>();
        for (Replica replica : replicas.all()) {
            boolean wanted = replica.config().compact()
                    && !replica.id().equals(PartitionId.METADATA)
                    && !busy.contains(replica.id())
                    && !leftAlone.containsKey(replica.id());
            if (wanted) {
                asked.add(CompletableFuture.supplyAsync(() -> candidate(replica), replica.loop()));
            }
        }
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .whenCompleteAsync(
                        (all, failure) -> choose(asked.stream()
                                .filter(answer -> !answer.isCompletedExceptionally())
                                .map(CompletableFuture::join)
                                .filter(candidate ->
                                        !busy.contains(candidate.replica().id()))
                                .toList()),
                        loop);
    }

    private Candidate candidate(Replica replica) {
        long minLagMs = replica.config().minCompactionLagMs();
        return new Candidate(
                replica,
                replica.isServing()
                        ? replica.log().compaction().backlog(clock.millis(), minLagMs)
                        : new LogCompaction.Backlog(0, 0, RecordBatch.NO_TIMESTAMP));
    }

    private void choose(List<Candidate> candidates) {
        Candidate dirtiest = null;
        double most = 0;
        for (Candidate candidate : candidates) {
            double ratio = candidate.backlog().dirtyRatio();
            most = Math.max(most, ratio);
            boolean better = dirtiest == null || ratio > dirtiest.backlog().dirtyRatio();
            if (isDue(candidate) && better) {
                dirtiest = candidate;
            }
        }
        dirtyPercent = Math.round(most * PERCENT);
        if (dirtiest == null) {
            loop.schedule(this::look, settings.backoffMs());
        } else {
            compact(dirtiest.replica());
        }
    }

    private boolean isDue(Candidate candidate) {
        LogCompaction.Backlog backlog = candidate.backlog();
        long maxLagMs = candidate.replica().config().maxCompactionLagMs();
        boolean overdue =
                backlog.oldestMs() != RecordBatch.NO_TIMESTAMP && clock.millis() - backlog.oldestMs() > maxLagMs;
        return backlog.dirtyBytes() > 0
                && (overdue
                        || backlog.dirtyRatio() >= candidate.replica().config().minDirtyRatio());
    }

    private void compact(Replica replica) {
        busy.add(replica.id());
        new Compaction(
                        replica,
                        loop,
                        blocking,
                        clock,
                        peers,
                        settings.keyMapBytes() / settings.threads(),
                        settings.bytesPerSecond() / settings.threads(),
                        metrics)
                .run()
                .whenCompleteAsync((outcome, failure) -> compacted(replica, outcome, failure), loop);
    }

    private void compacted(Replica replica, Compaction.Outcome outcome, Throwable failure) {
        busy.remove(replica.id());
        if (failure != null) {
            LOG.error(
                    "{}: compaction failed and is tried again in {} minutes; until then the partition grows",
                    replica.name(),
                    LEFT_ALONE_MS / 60_000,
                    failure);
            leftAlone.put(replica.id(), clock.nanoTime() + LEFT_ALONE_MS * 1_000_000);
            uncleanable = leftAlone.size();
        }
        if (outcome == Compaction.Outcome.COMPACTED) {
            lastSeconds = clock.millis() / 1_000;
        }
        loop.schedule(this::look, outcome == Compaction.Outcome.COMPACTED ? AT_ONCE_MS : settings.backoffMs());
    }
}
