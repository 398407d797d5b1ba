package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.ControllerChannel;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.raft.host.ReadIndexCallback;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.message.AssignmentReachedResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads this broker's metadata and writes through the metadata leader, wherever it is. */
public final class ClusterAssignments implements Assignments {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterAssignments.class);
    private static final long LOOK_MS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EventLoop loop;
    private final Clock clock;
    private final MetadataCache metadata;
    private final Supplier<Replica> replica;
    private final ControllerChannel controller;
    private final MoveSlots slots;

    /** Those who wait for the next reading of the metadata; one serves all who asked before it began. */
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /**
     * @param loop the metadata partition's
     * @param concurrentMoves groups led by this broker that change their members at a time
     * @param replica this broker's replica of the metadata log, or null as long as it is not open
     */
    public ClusterAssignments(
            EventLoop loop,
            Clock clock,
            MetadataCache metadata,
            Supplier<Replica> replica,
            ControllerChannel controller,
            int concurrentMoves) {
        this.loop = loop;
        this.clock = clock;
        this.metadata = metadata;
        this.replica = replica;
        this.controller = controller;
        this.slots = new MoveSlots(concurrentMoves);
    }

    @Override
    public MoveSlots slots() {
        return slots;
    }

    @Override
    public CompletableFuture<Void> refreshed() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            if (waiting.isEmpty()) {
                loop.execute(this::read);
            }
            waiting.add(done);
        });
        return done;
    }

    private void read() {
        List<CompletableFuture<Void>> asked = List.copyOf(waiting);
        waiting.clear();
        Replica log = replica.get();
        if (log == null) {
            fail(asked);
            return;
        }
        log.group().readIndex(new ReadIndexCallback() {
            @Override
            public void confirmed(long index) {
                awaitImage(log.log().offsetAfter(index) - 1, clock.nanoTime() + PATIENCE_NANOS, asked);
            }

            @Override
            public void failed() {
                fail(asked);
            }
        });
    }

    private void awaitImage(long offset, long deadlineNanos, List<CompletableFuture<Void>> asked) {
        if (metadata.image().offset() >= offset) {
            asked.forEach(one -> one.complete(null));
        } else if (clock.nanoTime() - deadlineNanos >= 0) {
            fail(asked);
        } else {
            loop.schedule(() -> awaitImage(offset, deadlineNanos, asked), LOOK_MS);
        }
    }

    private static void fail(List<CompletableFuture<Void>> asked) {
        IllegalStateException cause = new IllegalStateException("the cluster metadata cannot be read up to its end");
        asked.forEach(one -> one.completeExceptionally(cause));
    }

    @Override
    public CompletableFuture<Void> reached(PartitionId partition, long assignmentOffset, NodeSet voters) {
        List<Integer> ids = new ArrayList<>();
        voters.forEach(ids::add);
        AssignmentReachedRequest request = AssignmentReachedRequest.builder()
                .topicId(partition.topicId())
                .partition(partition.partition())
                .assignmentOffset(assignmentOffset)
                .voters(ids)
                .build();
        return controller
                .<AssignmentReachedResponse>ask(ApiKey.ASSIGNMENT_REACHED, request)
                .thenAccept(response -> {
                    if (response.errorCode() != 0) {
                        LOG.info(
                                "{}: its members {} were reported, in vain: {}",
                                partition,
                                ids,
                                response.errorMessage());
                    }
                });
    }
}
