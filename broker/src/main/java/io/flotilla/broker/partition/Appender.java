package io.flotilla.broker.partition;

import io.flotilla.broker.config.TopicConfig;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.state.ProducerState;
import io.flotilla.raft.core.ProposeResult;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.TimestampType;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * What a replica appends while it leads, and those who wait until it is committed: batches, in the order of each idempotent
 * producer (KIP-98), and log starts. Used on the replica's loop only.
 */
final class Appender {
    private static final long NO_TIME = -1;

    /**
     * What whoever waits for an entry is to be told of it.
     *
     * @param indexes how many it takes; for records, how many there are
     * @param appendTime when the leader appended it if that is what counts, else {@link #NO_TIME}
     */
    private record Promise(int indexes, long appendTime) {}

    private final Replica replica;
    private final Shard shard;
    private final PartitionLog log;
    private final ServingRules rules;

    /** Those who wait for an entry to be committed, by its last index. */
    private final Waiters commits = new Waiters();

    private final RecordBatch view = new RecordBatch();

    Appender(Replica replica, Shard shard, PartitionLog log, ServingRules rules) {
        this.replica = replica;
        this.shard = shard;
        this.log = log;
        this.rules = rules;
    }

    /** Those who wait for an entry to be committed, by its last index. */
    Waiters commits() {
        return commits;
    }

    /** Appends a batch unless there is something against it. Ownership passes. */
    void produce(ByteBuf batch, TopicConfig config, long deadlineNanos, Consumer<ProduceResult> done) {
        view.wrap(batch, batch.readerIndex());
        if (view.sizeInBytes() > config.segmentBytes()) {
            batch.release();
            done.accept(ProduceResult.failed(ErrorCode.RECORD_LIST_TOO_LARGE, "batch larger than segment.bytes"));
            return;
        }
        int offsets = (int) view.offsetCount();
        if (view.hasProducerId()
                && rules.checksSequences()
                && !isNextInSequence(offsets, config, deadlineNanos, done)) {
            batch.release();
            return;
        }
        long appendTime = NO_TIME;
        if (config.logAppendTime()) {
            appendTime = shard.clock().millis();
            view.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, appendTime);
        }
        propose(EntryKind.RECORDS, new Promise(offsets, appendTime), batch, deadlineNanos, done);
    }

    /** Checks the viewed batch of an idempotent producer; answers unless it is to be appended. */
    private boolean isNextInSequence(
            int offsets, TopicConfig config, long deadlineNanos, Consumer<ProduceResult> done) {
        ProducerState.Check check = log.producers()
                .check(view.producerId(), view.producerEpoch(), view.baseSequence(), view.lastSequence());
        if (check instanceof ProducerState.Check.Ok) {
            return true;
        }
        if (check instanceof ProducerState.Check.Duplicate duplicate) {
            long appendTime = config.logAppendTime() ? duplicate.timestamp() : NO_TIME;
            long lastIndex = log.indexOf(duplicate.lastOffset());
            boolean now = rules.mayAcknowledgeAgain(lastIndex, log.committedIndex());
            awaitCommit(lastIndex, now, new Promise(offsets, appendTime), deadlineNanos, done);
        } else if (check instanceof ProducerState.Check.OldDuplicate) {
            done.accept(ProduceResult.failed(ErrorCode.DUPLICATE_SEQUENCE_NUMBER, null));
        } else if (check instanceof ProducerState.Check.OutOfOrder outOfOrder) {
            done.accept(ProduceResult.failed(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "sequence " + view.baseSequence() + " of producer " + view.producerId() + ", expected "
                            + outOfOrder.expected()));
        } else {
            done.accept(ProduceResult.failed(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "epoch " + view.producerEpoch() + " of producer " + view.producerId() + " is no longer valid"));
        }
        return false;
    }

    /** Appends the entry by which all replicas agree that the log starts at an offset, which must be committed. */
    void startLogAt(long offset, long deadlineNanos, Consumer<ProduceResult> done) {
        ByteBuf entry = RaftEntryBatch.buildLogStart(
                shard.allocator(),
                log.logEndOffset(),
                replica.term(),
                shard.clock().millis(),
                offset);
        propose(EntryKind.CONTROL, new Promise(1, NO_TIME), entry, deadlineNanos, done);
    }

    private void propose(
            EntryKind kind, Promise promise, ByteBuf bytes, long deadlineNanos, Consumer<ProduceResult> done) {
        RaftGroup group = replica.group();
        ProposeResult result = group.propose(kind, promise.indexes(), bytes);
        if (result instanceof ProposeResult.Accepted accepted) {
            long lastIndex = accepted.entry().lastIndex();
            boolean now = rules.mayAcknowledge(lastIndex, log.committedIndex());
            awaitCommit(lastIndex, now, promise, deadlineNanos, done);
        } else if (result instanceof ProposeResult.Full full) {
            done.accept(ProduceResult.failed(
                    ErrorCode.NOT_ENOUGH_REPLICAS, full.uncommittedBytes() + " bytes wait for a majority of replicas"));
        } else {
            done.accept(ProduceResult.failed(replica.unavailable(), null));
        }
    }

    /**
     * Reports the entry that ends at this index once it is committed.
     *
     * @param now it is committed already
     */
    private void awaitCommit(
            long lastIndex, boolean now, Promise promise, long deadlineNanos, Consumer<ProduceResult> done) {
        if (now) {
            done.accept(succeeded(lastIndex, promise));
            return;
        }
        commits.await(lastIndex, deadlineNanos, new Waiters.Wait() {
            @Override
            protected void reached() {
                done.accept(succeeded(lastIndex, promise));
            }

            @Override
            protected void failed(ErrorCode error) {
                done.accept(ProduceResult.failed(error, null));
            }
        });
        shard.hasWaiters(replica);
    }

    private ProduceResult succeeded(long lastIndex, Promise promise) {
        return ProduceResult.succeeded(
                log.offsetAfter(lastIndex) - promise.indexes(), promise.appendTime(), replica.logStartOffset());
    }
}
