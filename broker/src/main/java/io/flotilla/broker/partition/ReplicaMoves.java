package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.LogDirectory;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas that are to move to other log directories of this broker (KIP-113), one at a time. A move that was asked for is
 * carried out, whenever the broker stops, unless it is called off or cannot come about. One whose replica or directory does not
 * work waits. Thread-safe; works on one loop.
 */
public final class ReplicaMoves {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaMoves.class);

    static final int MOST_PLANNED = 10_000;
    private static final long LOOK_MS = 1_000;

    private final Replicas replicas;
    private final EventLoop loop;
    private final Executor blocking;
    private final LongSupplier bytesPerSecond;
    private final MovePlan plan;
    private PartitionId moving;
    private LogDirectory target;
    private ReplicaMove move;
    private boolean looking;
    private boolean closed;

    /** @param bytesPerSecond {@code replica.alter.log.dirs.io.max.bytes.per.second}, of the moment */
    public ReplicaMoves(Replicas replicas, EventLoop loop, Executor blocking, LongSupplier bytesPerSecond) {
        this.replicas = replicas;
        this.loop = loop;
        this.blocking = blocking;
        this.bytesPerSecond = bytesPerSecond;
        this.plan = new MovePlan(loop, blocking);
    }

    /**
     * A copy that is to take a replica's place.
     *
     * @param bytes copied so far
     */
    public record Future(PartitionId id, LogDirectory directory, long bytes) {}

    /**
     * Goes on with what the last process was asked for and did not do. Once {@link Replicas} has seen an image. Any thread.
     *
     * @param home the log directory that has the cluster metadata; what is planned is noted there
     */
    public void resume(LogDirectory home) {
        loop.execute(() -> plan.load(home)
                .whenCompleteAsync(
                        (nothing, shortage) -> {
                            if (shortage != null) {
                                loop.schedule(() -> resume(home), LOOK_MS);
                            } else if (plan.size() > 0) {
                                resumed();
                            }
                        },
                        loop));
    }

    private void resumed() {
        long away = plan.targets().values().stream()
                .filter(id -> working(id) == null)
                .count();
        LOG.info(
                "{} replicas are still to move to other log directories, {} of them to such that are not here now",
                plan.size(),
                away);
        look();
    }

    private LogDirectory working(UUID id) {
        return replicas.directories()
                .working()
                .filter(directory -> directory.identity().directoryId().equals(id))
                .findFirst()
                .orElse(null);
    }

    /**
     * Has a replica move to a directory; if it is there, a move of it to another is called off. A replica that is not here yet goes
     * there when it comes. Any thread.
     *
     * @return completes on the loop, once no stop can undo that; NONE, or REPLICA_NOT_AVAILABLE for one that is not here, or
     *     KAFKA_STORAGE_ERROR for what cannot be, or cannot be noted
     */
    public CompletableFuture<ErrorCode> ask(PartitionId id, LogDirectory to) {
        return CompletableFuture.supplyAsync(() -> accept(id, to), loop).thenCompose(Function.identity());
    }

    private CompletableFuture<ErrorCode> accept(PartitionId id, LogDirectory to) {
        Replica replica = replicas.get(id);
        if (to.failure() != null || closed) {
            return CompletableFuture.completedFuture(ErrorCode.KAFKA_STORAGE_ERROR);
        }
        if (replica == null) {
            replicas.directories().wish(id, to);
        }
        if (replica == null || !plan.isLoaded()) {
            return CompletableFuture.completedFuture(ErrorCode.REPLICA_NOT_AVAILABLE);
        }
        if (id.equals(moving) && to != target) {
            move.cancel();
        }
        if (replica.directory() == to) {
            plan.remove(id);
        } else if (plan.contains(id) || plan.size() < MOST_PLANNED) {
            plan.put(id, to.identity().directoryId());
            startNext();
        } else {
            return CompletableFuture.completedFuture(ErrorCode.KAFKA_STORAGE_ERROR);
        }
        return plan.save()
                .handle((nothing, failure) -> failure == null ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR);
    }

    /** The copies there are or will be. Any thread; completes on the loop. */
    public CompletableFuture<List<Future>> futures() {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<Future> futures = new ArrayList<>();
                    plan.targets().forEach((id, directoryId) -> {
                        LogDirectory directory = working(directoryId);
                        if (directory != null) {
                            boolean isUnderWay = id.equals(moving) && directory == target;
                            futures.add(new Future(id, directory, isUnderWay ? move.copiedBytes() : 0));
                        }
                    });
                    return futures;
                },
                loop);
    }

    private void startNext() {
        if (moving != null || closed) {
            return;
        }
        for (Map.Entry<PartitionId, UUID> planned : plan.targets().entrySet()) {
            PartitionId id = planned.getKey();
            Replica replica = replicas.get(id);
            LogDirectory to = working(planned.getValue());
            if (!replicas.isWanted(id) || replica != null && replica.directory() == to) {
                plan.remove(id);
                plan.save();
            } else if (replica != null && to != null && canMove(replica)) {
                start(replica, to);
                return;
            }
        }
        if (plan.size() > 0) {
            look();
        }
    }

    private static boolean canMove(Replica replica) {
        return replica.isServing() && replica.directory().failure() == null;
    }

    /** Some may wait for their replicas to be opened, or for a directory. */
    private void look() {
        if (!looking) {
            looking = true;
            loop.schedule(
                    () -> {
                        looking = false;
                        startNext();
                    },
                    LOOK_MS);
        }
    }

    private void start(Replica replica, LogDirectory to) {
        moving = replica.id();
        target = to;
        move = new ReplicaMove(replicas, replica, to, loop, blocking, bytesPerSecond);
        move.run().thenAccept(this::ended);
    }

    private void ended(ReplicaMove.Outcome outcome) {
        if (outcome != ReplicaMove.Outcome.PUT_OFF && !closed) {
            plan.remove(moving, target.identity().directoryId());
            plan.save();
        }
        moving = null;
        target = null;
        move = null;
        if (outcome == ReplicaMove.Outcome.PUT_OFF) {
            look();
        } else {
            startNext();
        }
    }

    /** Begins nothing more. Completes once what was planned is noted, and nothing more will be. Any thread. */
    public CompletableFuture<Void> close() {
        return CompletableFuture.supplyAsync(
                        () -> {
                            closed = true;
                            return plan.isLoaded() ? plan.save() : CompletableFuture.<Void>completedFuture(null);
                        },
                        loop)
                .thenCompose(Function.identity())
                .exceptionally(failure -> null);
    }
}
