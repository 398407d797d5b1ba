package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.ReadResult;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One fetch under way: looks what is there; if that is too little, waits until more is committed or time is up, and looks
 * again. Partitions are read one after the other, so that the byte limit holds. Lives on the connection's loop.
 */
final class Fetch {
    private final EventLoop loop;
    private final Partitions partitions;
    private final List<FetchPart> parts = new ArrayList<>();
    private final NodeSet nearer;
    private final Limits limits;
    private final long deadlineNanos;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private EventLoop.Timer timer;
    private boolean timeUp;
    private boolean waiting;
    private int bytes;

    /**
     * How much to wait for and to return.
     *
     * @param minBytes to wait for
     * @param maxBytes limit of the whole answer, save that one batch may exceed it
     * @param maxWaitMs how long to wait for {@code minBytes}
     */
    record Limits(int minBytes, int maxBytes, int maxWaitMs) {}

    /**
     * @param wanted what to fetch, in the order it is to be served
     * @param nearer brokers nearer to the consumer than this one
     */
    Fetch(
            EventLoop loop,
            Partitions partitions,
            List<FetchSession.Wanted> wanted,
            NodeSet nearer,
            Limits limits,
            long nowNanos) {
        this.loop = loop;
        this.partitions = partitions;
        this.nearer = nearer;
        this.limits = limits;
        this.deadlineNanos = nowNanos + limits.maxWaitMs() * 1_000_000L;
        this.timeUp = limits.maxWaitMs() <= 0;
        MetadataImage image = partitions.image();
        TopicInfo topic = null;
        FetchSession.Key last = null;
        for (FetchSession.Wanted partition : wanted) {
            FetchSession.Key key = partition.key;
            boolean byId = !Message.ZERO_UUID.equals(key.topicId());
            if (last == null || !last.isOfTopic(key)) {
                topic = Partitions.topic(image, key.topic(), key.topicId());
            }
            last = key;
            parts.add(new FetchPart(partition, partitions.find(topic, byId, key.partition())));
        }
        if (!timeUp) {
            timer = loop.schedule(this::timeIsUp, limits.maxWaitMs());
        }
    }

    /**
     * Starts; the future completes on the connection's loop with one answer per partition wanted, in their order.
     *
     * @param version of the response
     */
    CompletableFuture<List<FetchResponse.Partition>> run(short version) {
        List<CompletableFuture<Void>> confirmations = new ArrayList<>(0);
        for (FetchPart part : parts) {
            if (part.mustBeCurrent()) {
                confirmations.add(part.confirm(loop));
            }
        }
        if (confirmations.isEmpty()) {
            look(0);
        } else {
            CompletableFuture.allOf(confirmations.toArray(CompletableFuture[]::new))
                    .thenRun(() -> look(0));
        }
        return done.thenApply(nothing -> answers(version));
    }

    private List<FetchResponse.Partition> answers(short version) {
        List<FetchResponse.Partition> answers = new ArrayList<>(parts.size());
        for (FetchPart part : parts) {
            answers.add(part.answer(partitions, version));
        }
        return answers;
    }

    private void timeIsUp() {
        timeUp = true;
        if (waiting) {
            lookAgain();
        }
    }

    private void lookAgain() {
        waiting = false;
        onTheirLoops(FetchPart::stopWaiting);
        parts.forEach(FetchPart::reset);
        bytes = 0;
        look(0);
    }

    /** Reads partitions from this one on; comes back here when a read that had to wait for the disk is done. */
    private void look(int from) {
        for (int i = from; i < parts.size(); i++) {
            FetchPart part = parts.get(i);
            part.check();
            if (part.isDoubtful()) {
                int again = i;
                part.confirm(loop).thenRun(() -> look(again));
                return;
            }
            int room = limits.maxBytes() - bytes;
            if (room > 0 && part.hasRecords() || part.mayRedirect(nearer)) {
                CompletableFuture<ReadResult> read = part.read(nearer, room, bytes == 0);
                if (!read.isDone()) {
                    int next = i + 1;
                    read.whenComplete((result, failure) -> FetchPart.on(loop, () -> {
                        bytes += part.take(result, failure);
                        look(next);
                    }));
                    return;
                }
                read.whenComplete((result, failure) -> bytes += part.take(result, failure));
            }
        }
        if (timeUp || bytes >= limits.minBytes() || isUrgent()) {
            finish();
        } else {
            waiting = true;
            Runnable wake = this::wake;
            onTheirLoops(part -> part.await(loop, deadlineNanos, wake));
        }
    }

    /** Does something for each partition on its loop: one task for all that are on the same one. */
    private void onTheirLoops(Consumer<FetchPart> action) {
        for (int i = 0; i < parts.size(); i++) {
            EventLoop home = parts.get(i).home();
            if (home != null && isFirstOf(home, i)) {
                int first = i;
                FetchPart.on(home, () -> forEachOf(home, first, action));
            }
        }
    }

    private boolean isFirstOf(EventLoop home, int number) {
        for (int i = 0; i < number; i++) {
            if (parts.get(i).home() == home) {
                return false;
            }
        }
        return true;
    }

    private void forEachOf(EventLoop home, int first, Consumer<FetchPart> action) {
        for (int i = first; i < parts.size(); i++) {
            if (parts.get(i).home() == home) {
                action.accept(parts.get(i));
            }
        }
    }

    private boolean isUrgent() {
        for (FetchPart part : parts) {
            if (part.isUrgent()) {
                return true;
            }
        }
        return false;
    }

    private void wake() {
        if (waiting) {
            lookAgain();
        }
    }

    private void finish() {
        if (timer != null) {
            timer.cancel();
        }
        if (timeUp) {
            parts.forEach(FetchPart::timeIsUp);
        }
        done.complete(null);
    }
}
