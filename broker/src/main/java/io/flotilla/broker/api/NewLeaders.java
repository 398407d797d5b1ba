package io.flotilla.broker.api;

import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.PartitionId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Holds the answer to the creation of topics or partitions back until this broker knows them and, unless they are many, until
 * they have leaders: whoever creates a topic goes on at once. Many take seconds on a small machine, in which a client has
 * better things to do than to wait; it is told that there is no leader if it comes too early, and tries again. Thread-safe.
 */
public final class NewLeaders {
    /** Leaders of so many partitions are waited for. */
    static final int MOST_AWAITED = 100;

    private static final long LOOK_MS = 5;

    /** Leaders are elected in a moment; a client that is ready to wait longer than this gets its answer without them. */
    private static final long MOST_WAIT_MS = 10_000;

    private final MetadataCache metadata;
    private final LeaderTable leaders;
    private final Clock clock;

    public NewLeaders(MetadataCache metadata, LeaderTable leaders, Clock clock) {
        this.metadata = metadata;
        this.leaders = leaders;
        this.clock = clock;
    }

    /** Completes with the response when there is no more to wait for, or after the timeout all the same. */
    <R> CompletableFuture<R> await(EventLoop loop, List<String> topics, long timeoutMs, R response) {
        CompletableFuture<R> done = new CompletableFuture<>();
        look(loop, topics, clock.nanoTime() + Math.min(timeoutMs, MOST_WAIT_MS) * 1_000_000L, response, done);
        return done;
    }

    private <R> void look(
            EventLoop loop, List<String> topics, long deadlineNanos, R response, CompletableFuture<R> done) {
        List<TopicInfo> known = topics.stream()
                .map(metadata.image()::topic)
                .filter(Objects::nonNull)
                .toList();
        boolean isAwaited = known.stream().mapToInt(TopicInfo::partitions).sum() <= MOST_AWAITED;
        boolean isReady =
                known.size() == topics.size() && (!isAwaited || known.stream().allMatch(this::isLed));
        if (isReady || clock.nanoTime() - deadlineNanos >= 0) {
            done.complete(response);
        } else {
            loop.schedule(() -> look(loop, topics, deadlineNanos, response, done), LOOK_MS);
        }
    }

    private boolean isLed(TopicInfo topic) {
        for (int partition = 0; partition < topic.partitions(); partition++) {
            if (leaders.leader(new PartitionId(topic.id(), partition)) == null) {
                return false;
            }
        }
        return true;
    }
}
