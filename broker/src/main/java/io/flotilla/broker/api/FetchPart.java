package io.flotilla.broker.api;

import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Waiters;
import io.flotilla.log.ReadResult;
import io.flotilla.log.index.EpochEnd;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * One partition of a fetch under way: what is wanted, and what has been found so far. Lives on the connection's loop, except
 * for {@link #read}, {@link #await} and {@link #stopWaiting}.
 *
 * <p>Any replica serves what it knows to be committed. A follower may know less than the consumer does, of offsets and of
 * leader epochs; the consumer then waits for it to catch up, and is sent back to the leader only when it does not.
 */
final class FetchPart {
    private static final short FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE = 11;
    private static final short FIRST_VERSION_WITH_LEADERS = 12;

    private final FetchSession.Wanted wanted;
    private final Partitions.Found found;
    private ErrorCode error = ErrorCode.NONE;
    /** The high watermark that was looked at; what is committed past it is news. */
    private long highWatermark;
    /** The term that was looked at. */
    private int term;
    /** The consumer knows of more than this replica does. */
    private boolean behind;

    private ByteBuf records = Unpooled.EMPTY_BUFFER;
    /** Made for the first wait and used for each; touched on the replica's loop only. */
    private Waiters.Wait wait;

    private FetchResponse.EpochEndOffset diverging;
    private int readFrom = NearestReplica.LEADER;
    /** Whether a quorum has confirmed that what is known here is not out of date; null while it was not asked. */
    private Boolean confirmed;

    FetchPart(FetchSession.Wanted wanted, Partitions.Found found) {
        this.wanted = wanted;
        this.found = found;
    }

    /** Looks whether this replica can serve what is wanted. */
    void check() {
        behind = false;
        Replica replica = found.replica();
        error = found.error();
        if (error == ErrorCode.NONE && !replica.isServing()) {
            error = replica.unavailable();
        } else if (error == ErrorCode.NONE && Boolean.FALSE.equals(confirmed)) {
            error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
        }
        if (error == ErrorCode.NONE) {
            check(replica);
        }
    }

    private void check(Replica replica) {
        // Only a leader that has committed in its term knows where the log ends; another replica may simply be behind.
        boolean knowsTheEnd = replica.isLeading();
        highWatermark = replica.highWatermark();
        term = replica.term();
        ErrorCode epoch = Partitions.checkEpoch(replica, wanted.request.currentLeaderEpoch());
        if (epoch == ErrorCode.UNKNOWN_LEADER_EPOCH && !knowsTheEnd) {
            behind = true;
        } else if (epoch != ErrorCode.NONE) {
            error = epoch;
        } else if (offset() < replica.logStartOffset() || offset() > highWatermark && knowsTheEnd) {
            error = ErrorCode.OFFSET_OUT_OF_RANGE;
        } else {
            behind = offset() > highWatermark;
        }
    }

    /**
     * There was enough time for this replica to catch up. One that follows no living leader cannot know whether there is
     * more to read, and must not keep a consumer that would find it elsewhere: OFFSET_NOT_AVAILABLE makes it ask who leads,
     * and lets it keep its place.
     */
    void timeIsUp() {
        if (error == ErrorCode.NONE && !records.isReadable()) {
            Replica replica = found.replica();
            boolean lost = replica.leaderId() < 0 && !replica.isLeading();
            if (behind || lost) {
                error = ErrorCode.OFFSET_NOT_AVAILABLE;
            }
        }
    }

    boolean hasRecords() {
        return error == ErrorCode.NONE && !behind && offset() < highWatermark;
    }

    /** Whether somebody nearer to the consumer may have what is wanted. */
    boolean mayRedirect(NodeSet nearer) {
        return error == ErrorCode.NONE && !nearer.isEmpty() && found.replica().isLeading();
    }

    /** Whether there is something that the consumer must hear of at once. */
    boolean isUrgent() {
        return error != ErrorCode.NONE || diverging != null || readFrom != NearestReplica.LEADER;
    }

    private long offset() {
        return wanted.request.fetchOffset();
    }

    // ---- is it still true?

    /** Whether the topic wants no read, from whatever replica, to be older than the request. */
    boolean mustBeCurrent() {
        return found.error() == ErrorCode.NONE && found.replica().config().linearizableReads();
    }

    /**
     * Whether a leader is about to say that there is no such offset. A leader that was deposed and does not know it may say
     * so of records that its successor has acknowledged, and consumers would skip or repeat what they believe is not there.
     */
    boolean isDoubtful() {
        return error == ErrorCode.OFFSET_OUT_OF_RANGE && offset() > highWatermark && confirmed == null;
    }

    /**
     * Has a quorum confirm that what this replica knows is not out of date, and waits until it is not (ReadIndex).
     *
     * @return completes on the connection's loop
     */
    CompletableFuture<Void> confirm(EventLoop loop) {
        Replica replica = found.replica();
        return CompletableFuture.supplyAsync(replica::confirm, task -> on(replica.loop(), task))
                .thenCompose(Function.identity())
                .handleAsync(
                        (current, failure) -> {
                            confirmed = failure == null && current;
                            return null;
                        },
                        task -> on(loop, task));
    }

    // ---- reading

    /**
     * Reads from the replica, on its loop, or finds out that there is something to tell instead.
     *
     * @param nearer brokers nearer to the consumer
     * @param room bytes left in the whole answer; with none left nothing is read
     * @param atLeastOne read one batch even if it is larger than that
     */
    CompletableFuture<ReadResult> read(NodeSet nearer, int room, boolean atLeastOne) {
        Replica replica = found.replica();
        if (replica.loop().inEventLoop()) {
            return readHere(replica, nearer, room, atLeastOne);
        }
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        replica.loop().execute(() -> readHere(replica, nearer, room, atLeastOne).whenComplete((result, failure) -> {
            if (failure == null) {
                read.complete(result);
            } else {
                read.completeExceptionally(failure);
            }
        }));
        return read;
    }

    private CompletableFuture<ReadResult> readHere(Replica replica, NodeSet nearer, int room, boolean atLeastOne) {
        int epoch = wanted.request.lastFetchedEpoch();
        if (epoch >= 0) {
            EpochEnd end = replica.log().endOffsetForEpoch(epoch);
            if (end.epoch() != epoch || end.endOffset() < offset()) {
                diverging = FetchResponse.EpochEndOffset.builder()
                        .epoch(end.epoch())
                        .endOffset(end.endOffset())
                        .build();
                return nothing();
            }
        }
        if (!nearer.isEmpty() && replica.isLeading()) {
            readFrom = NearestReplica.choose(replica, nearer, offset());
            if (readFrom != NearestReplica.LEADER) {
                return nothing();
            }
        }
        int limit = Math.min(wanted.request.partitionMaxBytes(), room);
        return room > 0 && hasRecords() ? replica.read(offset(), limit, atLeastOne) : nothing();
    }

    private static CompletableFuture<ReadResult> nothing() {
        return CompletableFuture.completedFuture(new ReadResult.Batches(Unpooled.EMPTY_BUFFER, 1, 0));
    }

    /** Takes what a read came to; returns the bytes of it. */
    int take(ReadResult result, Throwable failure) {
        if (result instanceof ReadResult.Batches batches) {
            records = batches.bytes();
            return records.readableBytes();
        }
        if (result instanceof ReadResult.OutOfRange) {
            error = ErrorCode.OFFSET_OUT_OF_RANGE;
        } else if (result instanceof ReadResult.Damaged damaged) {
            error = ErrorCode.KAFKA_STORAGE_ERROR;
            found.replica().damaged(damaged.damage());
        } else if (result instanceof ReadResult.Unavailable) {
            error = ErrorCode.KAFKA_STORAGE_ERROR;
        } else {
            error = failure == null ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.KAFKA_STORAGE_ERROR;
        }
        return 0;
    }

    /** Drops what was read, to look again. */
    void reset() {
        records.release();
        records = Unpooled.EMPTY_BUFFER;
    }

    // ---- waiting, on the replica's loop

    /** The loop of the partition, if it has a replica here. */
    EventLoop home() {
        return found.replica() == null ? null : found.replica().loop();
    }

    /** Waits for more than was seen to be committed, and has the connection's loop run a task then, at least once. */
    void await(EventLoop loop, long deadlineNanos, Runnable wake) {
        if (wait == null) {
            wait = new Waiters.Wait() {
                @Override
                protected void reached() {
                    loop.execute(wake);
                }

                @Override
                protected void failed(ErrorCode cause) {
                    loop.execute(wake);
                }
            };
        }
        Replica replica = found.replica();
        if (replica.term() == term) {
            // A partition that had some, though too few, records is waited on past what was seen of it.
            replica.awaitRecord(Math.max(offset(), highWatermark), deadlineNanos, wait);
        } else {
            loop.execute(wake);
        }
    }

    /** Waits no longer. */
    void stopWaiting() {
        wait.cancel();
    }

    // ---- the answer

    /** The answer in a version of the response. */
    FetchResponse.Partition answer(Partitions partitions, short version) {
        if (error == ErrorCode.OFFSET_NOT_AVAILABLE && version < FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE) {
            error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
        }
        FetchResponse.Partition.Builder answer = FetchResponse.Partition.builder()
                .partitionIndex(wanted.key.partition())
                .errorCode(error.code())
                .highWatermark(-1)
                .preferredReadReplica(readFrom)
                .records(records);
        if (error == ErrorCode.NONE || error == ErrorCode.OFFSET_OUT_OF_RANGE) {
            long committed = found.replica().highWatermark();
            answer.highWatermark(committed)
                    .lastStableOffset(committed)
                    .logStartOffset(found.replica().logStartOffset());
        }
        if (diverging != null) {
            answer.divergingEpoch(diverging);
        }
        if (error == ErrorCode.NOT_LEADER_OR_FOLLOWER || error == ErrorCode.FENCED_LEADER_EPOCH) {
            Leader leader = partitions.leader(found.id());
            if (leader != null && version >= FIRST_VERSION_WITH_LEADERS) {
                answer.currentLeader(FetchResponse.Leader.builder()
                        .leaderId(leader.brokerId())
                        .leaderEpoch(leader.term())
                        .build());
            }
        }
        return answer.build();
    }

    static void on(EventLoop loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
