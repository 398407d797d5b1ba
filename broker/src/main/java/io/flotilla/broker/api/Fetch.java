package io.flotilla.broker.api;

import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Waiters;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.ReadResult;
import io.flotilla.log.index.EpochEnd;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One fetch under way: looks what is there; if that is too little, waits until more is committed or time is up, and looks
 * again. Partitions are read one after the other, so that the byte limit holds. Lives on the connection's loop.
 */
final class Fetch {
    /** One partition's part of the answer. */
    private static final class Part {
        final FetchSession.Wanted wanted;
        final Partitions.Found found;
        ErrorCode error;
        /** The high watermark that was looked at; what is committed past it is news. */
        long highWatermark;

        ByteBuf records = Unpooled.EMPTY_BUFFER;
        Waiters.Wait wait;
        FetchResponse.EpochEndOffset diverging;

        Part(FetchSession.Wanted wanted, Partitions.Found found) {
            this.wanted = wanted;
            this.found = found;
        }

        Replica replica() {
            return found.replica();
        }
    }

    private final EventLoop loop;
    private final Partitions partitions;
    private final List<Part> parts = new ArrayList<>();
    private final int minBytes;
    private final int maxBytes;
    private final boolean withLeaders;
    private final long deadlineNanos;
    private final CompletableFuture<List<FetchResponse.Partition>> done = new CompletableFuture<>();
    private EventLoop.Timer timer;
    private boolean timeUp;
    private boolean waiting;
    private int bytes;

    /**
     * @param wanted what to fetch, in the order it is to be served
     * @param maxWaitMs how long to wait for {@code minBytes}
     * @param maxBytes limit of the whole answer, save that one batch may exceed it
     * @param withLeaders whether to say who leads instead of this broker
     */
    Fetch(
            EventLoop loop,
            Partitions partitions,
            List<FetchSession.Wanted> wanted,
            int minBytes,
            int maxBytes,
            int maxWaitMs,
            boolean withLeaders,
            long nowNanos) {
        this.loop = loop;
        this.partitions = partitions;
        this.minBytes = minBytes;
        this.maxBytes = maxBytes;
        this.withLeaders = withLeaders;
        this.deadlineNanos = nowNanos + maxWaitMs * 1_000_000L;
        this.timeUp = maxWaitMs <= 0;
        MetadataImage image = partitions.image();
        TopicInfo topic = null;
        FetchSession.Key last = null;
        for (FetchSession.Wanted partition : wanted) {
            FetchSession.Key key = partition.key;
            boolean byId = !Message.ZERO_UUID.equals(key.topicId());
            if (last == null
                    || !last.topicId().equals(key.topicId())
                    || !last.topic().equals(key.topic())) {
                topic = Partitions.topic(image, key.topic(), key.topicId());
            }
            last = key;
            parts.add(new Part(partition, partitions.find(topic, byId, key.partition())));
        }
        if (!timeUp) {
            timer = loop.schedule(this::timeIsUp, maxWaitMs);
        }
    }

    /** Starts; the future completes on the connection's loop with one answer per partition wanted, in their order. */
    CompletableFuture<List<FetchResponse.Partition>> run() {
        look(0);
        return done;
    }

    private void timeIsUp() {
        timeUp = true;
        if (waiting) {
            lookAgain();
        }
    }

    private void lookAgain() {
        waiting = false;
        for (Part part : parts) {
            part.records.release();
            part.records = Unpooled.EMPTY_BUFFER;
            cancel(part);
        }
        bytes = 0;
        look(0);
    }

    /** Reads partitions from this one on; comes back here when a read that had to wait for the disk is done. */
    private void look(int from) {
        for (int i = from; i < parts.size(); i++) {
            Part part = parts.get(i);
            part.error = check(part);
            if (part.error == ErrorCode.NONE && bytes < maxBytes && hasRecords(part)) {
                CompletableFuture<ReadResult> read = read(part);
                if (!read.isDone()) {
                    int next = i + 1;
                    read.whenComplete((result, failure) -> on(loop, () -> {
                        take(part, result, failure);
                        look(next);
                    }));
                    return;
                }
                read.whenComplete((result, failure) -> take(part, result, failure));
            }
        }
        if (timeUp || bytes >= minBytes || anyError()) {
            finish();
        } else {
            await();
        }
    }

    private ErrorCode check(Part part) {
        if (part.found.error() != ErrorCode.NONE) {
            return part.found.error();
        }
        Replica replica = part.replica();
        if (!replica.isServing()) {
            return replica.unavailable();
        }
        ErrorCode epoch = Partitions.checkEpoch(replica, part.wanted.request.currentLeaderEpoch());
        if (epoch != ErrorCode.NONE) {
            return epoch;
        }
        long offset = part.wanted.request.fetchOffset();
        // Only a leader that has committed in its term knows where the log ends; a follower may simply be behind.
        boolean knowsTheEnd = replica.isLeading();
        part.highWatermark = replica.highWatermark();
        if (offset < replica.logStartOffset() || offset > part.highWatermark && knowsTheEnd) {
            return ErrorCode.OFFSET_OUT_OF_RANGE;
        }
        return ErrorCode.NONE;
    }

    private static boolean hasRecords(Part part) {
        return part.wanted.request.fetchOffset() < part.highWatermark;
    }

    private CompletableFuture<ReadResult> read(Part part) {
        Replica replica = part.replica();
        int limit = Math.min(part.wanted.request.partitionMaxBytes(), maxBytes - bytes);
        boolean atLeastOne = bytes == 0;
        if (replica.loop().inEventLoop()) {
            return readHere(part, limit, atLeastOne);
        }
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        replica.loop().execute(() -> readHere(part, limit, atLeastOne).whenComplete((result, failure) -> {
            if (failure == null) {
                read.complete(result);
            } else {
                read.completeExceptionally(failure);
            }
        }));
        return read;
    }

    private static CompletableFuture<ReadResult> readHere(Part part, int limit, boolean atLeastOne) {
        PartitionLog log = part.replica().log();
        int epoch = part.wanted.request.lastFetchedEpoch();
        long offset = part.wanted.request.fetchOffset();
        if (epoch >= 0) {
            EpochEnd end = log.endOffsetForEpoch(epoch);
            if (end.epoch() != epoch || end.endOffset() < offset) {
                part.diverging = FetchResponse.EpochEndOffset.builder()
                        .epoch(end.epoch())
                        .endOffset(end.endOffset())
                        .build();
                return CompletableFuture.completedFuture(new ReadResult.Batches(Unpooled.EMPTY_BUFFER, 1, 0));
            }
        }
        return part.replica().read(offset, limit, atLeastOne);
    }

    private void take(Part part, ReadResult result, Throwable failure) {
        if (result instanceof ReadResult.Batches batches) {
            part.records = batches.bytes();
            bytes += batches.bytes().readableBytes();
        } else if (result instanceof ReadResult.OutOfRange) {
            part.error = ErrorCode.OFFSET_OUT_OF_RANGE;
        } else if (result instanceof ReadResult.Damaged damaged) {
            part.error = ErrorCode.KAFKA_STORAGE_ERROR;
            part.replica().damaged(damaged.damage());
        } else {
            part.error = failure == null ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.KAFKA_STORAGE_ERROR;
        }
    }

    private boolean anyError() {
        for (Part part : parts) {
            if (part.error != ErrorCode.NONE || part.diverging != null) {
                return true;
            }
        }
        return false;
    }

    private void await() {
        waiting = true;
        for (Part part : parts) {
            Waiters.Wait wait = new Waiters.Wait() {
                @Override
                protected void reached() {
                    loop.execute(Fetch.this::wake);
                }

                @Override
                protected void failed(ErrorCode error) {
                    loop.execute(Fetch.this::wake);
                }
            };
            part.wait = wait;
            // A partition that had some, though too few, records is waited on past what was seen of it.
            long offset = Math.max(part.wanted.request.fetchOffset(), part.highWatermark);
            on(part.replica().loop(), () -> part.replica().awaitRecord(offset, deadlineNanos, wait));
        }
    }

    private void wake() {
        if (waiting) {
            lookAgain();
        }
    }

    private static void cancel(Part part) {
        Waiters.Wait wait = part.wait;
        if (wait != null) {
            part.wait = null;
            on(part.replica().loop(), wait::cancel);
        }
    }

    private void finish() {
        if (timer != null) {
            timer.cancel();
        }
        List<FetchResponse.Partition> answers = new ArrayList<>(parts.size());
        for (Part part : parts) {
            answers.add(answer(part));
        }
        done.complete(answers);
    }

    private FetchResponse.Partition answer(Part part) {
        FetchResponse.Partition.Builder answer = FetchResponse.Partition.builder()
                .partitionIndex(part.wanted.key.partition())
                .errorCode(part.error.code())
                .highWatermark(-1)
                .records(part.records);
        if (part.error == ErrorCode.NONE || part.error == ErrorCode.OFFSET_OUT_OF_RANGE) {
            long highWatermark = part.replica().highWatermark();
            answer.highWatermark(highWatermark)
                    .lastStableOffset(highWatermark)
                    .logStartOffset(part.replica().logStartOffset());
        }
        if (part.diverging != null) {
            answer.divergingEpoch(part.diverging);
        }
        if (part.error == ErrorCode.NOT_LEADER_OR_FOLLOWER || part.error == ErrorCode.FENCED_LEADER_EPOCH) {
            Leader leader = partitions.leader(part.found.id());
            if (leader != null && withLeaders) {
                answer.currentLeader(FetchResponse.Leader.builder()
                        .leaderId(leader.brokerId())
                        .leaderEpoch(leader.term())
                        .build());
            }
        }
        return answer.build();
    }

    private static void on(EventLoop loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
