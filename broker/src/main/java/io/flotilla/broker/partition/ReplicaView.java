package io.flotilla.broker.partition;

import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.LogDirectory;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.record.BatchLimits;
import io.netty.buffer.ByteBufAllocator;

/** What any thread may ask of a {@link Replica}: what its loop last published. Only that loop writes the fields. */
public abstract class ReplicaView implements LedPartition {
    /** Compressed batches are opened only to look for keys; none may unfold into more than this. */
    private static final int MAX_DECOMPRESSED_BYTES = 64 << 20;

    final PartitionId id;
    final String name;
    final LogDirectory directory;
    private final Shard shard;

    volatile TopicConfig config;
    volatile BatchLimits limits;
    volatile int term;
    volatile int leaderId = -1;
    volatile boolean leading;
    volatile long highWatermark;
    volatile long logStartOffset;
    /** Why the replica has stopped, or null. */
    volatile String failure;

    volatile boolean closed;

    ReplicaView(PartitionId id, String name, Shard shard, LogDirectory directory) {
        this.id = id;
        this.name = name;
        this.shard = shard;
        this.directory = directory;
    }

    @Override
    public final PartitionId id() {
        return id;
    }

    /** The partition's name for people, {@code topic-N}. */
    public final String name() {
        return name;
    }

    @Override
    public final EventLoop loop() {
        return shard.loop();
    }

    @Override
    public final ByteBufAllocator allocator() {
        return shard.allocator();
    }

    /** The term (leader epoch) of this replica. */
    @Override
    public final int term() {
        return term;
    }

    /** Node id of the leader in this term, or -1. */
    public final int leaderId() {
        return leaderId;
    }

    /** Leads, and has committed in its term: its high watermark is the partition's (KIP-207). */
    public final boolean isLeading() {
        return leading;
    }

    /** Has stopped because of damage, a failed disk or a broken invariant. */
    public final boolean isFailed() {
        return failure != null;
    }

    /** Why it has stopped, or null. */
    public final String failure() {
        return failure;
    }

    /** Neither failed nor closed. */
    public final boolean isServing() {
        return failure == null && !closed;
    }

    /** First offset not known here to be committed. */
    @Override
    public final long highWatermark() {
        return highWatermark;
    }

    /** First offset that can be read. */
    @Override
    public final long logStartOffset() {
        return logStartOffset;
    }

    /** What the topic asks of a batch. */
    public final BatchLimits limits() {
        return limits;
    }

    /** Where the log lies. */
    public final LogDirectory directory() {
        return directory;
    }

    /** The topic's configuration. */
    public final TopicConfig config() {
        return config;
    }

    /** What to answer where this replica cannot. */
    public final ErrorCode unavailable() {
        return failure != null ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    /** The topic's configuration has changed. On the loop. */
    void configure(TopicConfig changed) {
        config = changed;
        limits = new BatchLimits(
                changed.maxMessageBytes(),
                changed.compact(),
                changed.logAppendTime() ? Long.MAX_VALUE : changed.timestampBeforeMaxMs(),
                changed.logAppendTime() ? Long.MAX_VALUE : changed.timestampAfterMaxMs(),
                MAX_DECOMPRESSED_BYTES);
    }
}
