package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.CompletableFuture;

/** A partition this broker leads, as its state machine sees it. All calls on {@link #loop()}; futures complete there. */
public interface LedPartition {
    PartitionId id();

    EventLoop loop();

    /** Where buffers for batches to append come from. */
    default ByteBufAllocator allocator() {
        return ByteBufAllocator.DEFAULT;
    }

    /** The term of this leadership. */
    int term();

    long logStartOffset();

    /** First offset not known to be committed. */
    long highWatermark();

    /** Offset the next appended record will get. */
    long logEndOffset();

    /**
     * Appends one record batch (a single batch, ownership passes; its base offset and leader epoch are set here) and
     * completes with its base offset once committed. Fails with {@link NotLeaderException} when leadership was lost first:
     * the batch may or may not survive.
     */
    CompletableFuture<Long> append(ByteBuf batch);

    /**
     * Reads whole committed batches starting with the one that holds {@code offset}: at least one, then more up to
     * {@code maxBytes}. The caller releases the buffer; it is empty when {@code offset} is the high watermark.
     */
    CompletableFuture<ByteBuf> readCommitted(long offset, int maxBytes);

    /**
     * Makes sure that no read from here is stale (ReadIndex): completes with true once all that was committed anywhere when this
     * was called is committed here, with false when that could not be made sure of in time. Many calls share a round of messages.
     */
    CompletableFuture<Boolean> confirm();
}
