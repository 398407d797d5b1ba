package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The replicas that are to move to other log directories of this broker (KIP-113), one at a time. What is under way when the
 * broker stops is begun anew when it starts; what still waits then is forgotten. Thread-safe; works on one loop.
 */
public final class ReplicaMoves {
    private static final int MOST_WAITING = 10_000;
    private static final long LOOK_MS = 1_000;

    private final Replicas replicas;
    private final EventLoop loop;
    private final Executor blocking;
    private final LongSupplier bytesPerSecond;
    private final Map<PartitionId, LogDirectory> waiting = new LinkedHashMap<>();
    private PartitionId moving;
    private LogDirectory target;
    private ReplicaMove move;
    private boolean looking;

    /** @param bytesPerSecond {@code replica.alter.log.dirs.io.max.bytes.per.second}, of the moment */
    public ReplicaMoves(Replicas replicas, EventLoop loop, Executor blocking, LongSupplier bytesPerSecond) {
        this.replicas = replicas;
        this.loop = loop;
        this.blocking = blocking;
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * A copy that is to take a replica's place.
     *
     * @param bytes copied so far
     */
    public record Future(PartitionId id, LogDirectory directory, long bytes) {}

    /** Goes on with moves that the last process began. Any thread. */
    public void resume() {
        loop.execute(() -> {
            for (LogDirectory directory : replicas.directories().opened()) {
                for (LogId id : directory.unfinishedMoves()) {
                    waiting.put(new PartitionId(id.topicId(), id.partition()), directory);
                }
            }
            look();
        });
    }

    /**
     * Has a replica move to a directory; if it is there, a move of it to another is called off. A replica that is not here yet goes
     * there when it comes. Any thread.
     *
     * @return completes on the loop; NONE, or REPLICA_NOT_AVAILABLE for one that is not here
     */
    public CompletableFuture<ErrorCode> ask(PartitionId id, LogDirectory to) {
        return CompletableFuture.supplyAsync(() -> accept(id, to), loop);
    }

    private ErrorCode accept(PartitionId id, LogDirectory to) {
        Replica replica = replicas.get(id);
        if (to.failure() != null) {
            return ErrorCode.KAFKA_STORAGE_ERROR;
        }
        if (replica == null) {
            replicas.directories().wish(id, to);
            return ErrorCode.REPLICA_NOT_AVAILABLE;
        }
        boolean isUnderWay = id.equals(moving) && to == target;
        if (id.equals(moving) && to != target) {
            move.cancel();
        }
        waiting.remove(id);
        if (replica.directory() != to && !isUnderWay) {
            if (waiting.size() >= MOST_WAITING) {
                return ErrorCode.KAFKA_STORAGE_ERROR;
            }
            waiting.put(id, to);
            startNext();
        }
        return ErrorCode.NONE;
    }

    /** The copies there are or will be. Any thread; completes on the loop. */
    public CompletableFuture<List<Future>> futures() {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<Future> futures = new ArrayList<>();
                    if (moving != null) {
                        futures.add(new Future(moving, target, move.copiedBytes()));
                    }
                    waiting.forEach((id, directory) -> futures.add(new Future(id, directory, 0)));
                    return futures;
                },
                loop);
    }

    private void startNext() {
        if (moving != null) {
            return;
        }
        for (Map.Entry<PartitionId, LogDirectory> wanted : List.copyOf(waiting.entrySet())) {
            PartitionId id = wanted.getKey();
            Replica replica = replicas.get(id);
            if (replica != null && replica.isServing()) {
                waiting.remove(id);
                if (replica.directory() != wanted.getValue()) {
                    start(replica, wanted.getValue());
                    return;
                }
            } else if (!replicas.isWanted(id)) {
                waiting.remove(id);
            }
        }
        if (!waiting.isEmpty()) {
            look();
        }
    }

    /** Some may wait for their replicas to be opened. */
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
        move.run().whenComplete((nothing, failure) -> {
            moving = null;
            target = null;
            move = null;
            startNext();
        });
    }
}
