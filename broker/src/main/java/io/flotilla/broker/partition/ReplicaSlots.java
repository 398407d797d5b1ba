package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas wanted on this broker, each from the moment it is wanted until it is gone, and the places that are being cleared
 * for others of the same name. Used on one loop, except {@link #open}, which any thread may look at.
 */
final class ReplicaSlots {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSlots.class);

    /**
     * A replica wanted here.
     *
     * @param wanted false once nobody waits for it any more
     */
    record Slot(LogId logId, LogDirectory directory, AtomicBoolean wanted, CompletableFuture<Replica> opened) {}

    private final EventLoop loop;
    private final Scheduler scheduler;
    private final Map<PartitionId, Slot> slots = new LinkedHashMap<>();
    private final Map<PartitionId, Replica> open = new ConcurrentHashMap<>();

    /** Replicas on their way out, by directory: another topic of the same name waits for its place. */
    private final Map<String, CompletableFuture<Void>> removals = new LinkedHashMap<>();

    ReplicaSlots(EventLoop loop, Scheduler scheduler) {
        this.loop = loop;
        this.scheduler = scheduler;
    }

    /** Those that are open now. */
    Map<PartitionId, Replica> open() {
        return open;
    }

    Slot get(PartitionId id) {
        return slots.get(id);
    }

    boolean contains(PartitionId id) {
        return slots.containsKey(id);
    }

    void put(PartitionId id, Slot slot) {
        slots.put(id, slot);
    }

    void remove(PartitionId id) {
        slots.remove(id);
    }

    /** All slots as they are now; they may be changed meanwhile. */
    List<Map.Entry<PartitionId, Slot>> all() {
        return List.copyOf(slots.entrySet());
    }

    /** Completes once nothing of another topic's is in the way of this log. */
    CompletableFuture<Void> free(LogId logId) {
        return removals.getOrDefault(logId.directoryName(), CompletableFuture.completedFuture(null));
    }

    /** Another log of this name waits until the place is free. */
    void vacate(Slot slot, CompletableFuture<Void> gone) {
        String name = slot.logId().directoryName();
        CompletableFuture<Void> over = gone.exceptionally(failure -> {
            LOG.error("{} stays where it is: {}", name, failure.toString());
            return null;
        });
        removals.put(name, over);
        over.thenRunAsync(() -> removals.remove(name, over), loop);
    }

    /** Closes a replica; completes when it is closed, also if it was never open. */
    CompletableFuture<Void> close(PartitionId id, Slot slot) {
        return close(id, slot, scheduler.blocking());
    }

    private CompletableFuture<Void> close(PartitionId id, Slot slot, Executor executor) {
        slot.wanted().set(false);
        return slot.opened()
                .thenComposeAsync(replica -> close(id, replica), executor)
                .handle((nothing, failure) -> null);
    }

    private CompletableFuture<Void> close(PartitionId id, Replica replica) {
        open.remove(id, replica);
        return CompletableFuture.supplyAsync(replica::close, replica.loop())
                .thenCompose(Function.identity())
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOG.error("{} could not be closed in good order", replica.name(), failure);
                    }
                });
    }

    /** Closes all replicas and completes once their logs are closed. */
    CompletableFuture<Void> closeAll() {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        slots.forEach((id, slot) -> closed.add(close(id, slot, loop)));
        slots.clear();
        return CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
    }
}
