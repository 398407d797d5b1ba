package io.flotilla.broker.machine;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.LedPartition;
import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.ReplicaListener;
import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A partition in memory. Batches are committed as they come, or when the test says so. */
public final class TestPartition implements LedPartition {
    private final TestLoop loop;
    private final ReplicaListener listener;
    private final List<byte[]> batches = new ArrayList<>();
    private final List<Long> baseOffsets = new ArrayList<>();
    private final ArrayDeque<CompletableFuture<Long>> pending = new ArrayDeque<>();
    private final ArrayDeque<CompletableFuture<ByteBuf>> heldReads = new ArrayDeque<>();
    private int committed;
    private long logStart;
    private long logEnd;
    private boolean deposed;
    private int term;

    /** Commits are held back until {@link #commit}. */
    public boolean holdCommits;
    /** Reads are held back until {@link #releaseReads}. */
    public boolean holdReads;
    /** Appends fail with this. */
    public RuntimeException refusal;

    public TestPartition(TestLoop loop, ReplicaListener listener) {
        this.loop = loop;
        this.listener = listener;
    }

    /** Another listener takes over this log, as on a broker that is elected. */
    public TestPartition inherit(ReplicaListener next) {
        TestPartition copy = new TestPartition(loop, next);
        for (int i = 0; i < committed; i++) {
            copy.batches.add(batches.get(i));
            copy.baseOffsets.add(baseOffsets.get(i));
        }
        copy.committed = committed;
        copy.logStart = logStart;
        copy.logEnd = committed < baseOffsets.size() ? baseOffsets.get(committed) : logEnd;
        copy.term = term;
        return copy;
    }

    /** Leads in a new term. */
    public void lead() {
        term++;
        loop.execute(() -> listener.leading(this));
        loop.run();
    }

    /** Leads no longer; what was not committed is cut off. */
    public void resign() {
        loop.execute(() -> {
            listener.notLeading();
            pending.forEach(each -> each.completeExceptionally(new NotLeaderException("resigned")));
            pending.clear();
        });
        loop.run();
        while (batches.size() > committed) {
            batches.remove(batches.size() - 1);
            logEnd = baseOffsets.remove(baseOffsets.size() - 1);
        }
    }

    /** Another replica leads, and this one has not noticed. */
    public void depose() {
        deposed = true;
    }

    @Override
    public CompletableFuture<Boolean> confirm() {
        return CompletableFuture.completedFuture(!deposed);
    }

    /** Commits everything appended. */
    public void commit() {
        loop.execute(() -> {
            while (!pending.isEmpty()) {
                commitOne();
            }
        });
        loop.run();
    }

    /** Answers the reads held back. */
    public void releaseReads() {
        holdReads = false;
        loop.execute(() -> heldReads.forEach(read -> read.complete(read())));
        loop.run();
        heldReads.clear();
    }

    /** Moves the log start up, as retention does. */
    public void deleteRecordsBefore(long offset) {
        logStart = offset;
    }

    /** Number of batches in the log. */
    public int batchCount() {
        return batches.size();
    }

    /** All records in the log. */
    public List<Record> records() {
        List<Record> all = new ArrayList<>();
        for (byte[] batch : batches) {
            all.addAll(Records.list(new RecordBatch().wrap(Unpooled.wrappedBuffer(batch), 0), Integer.MAX_VALUE));
        }
        return all;
    }

    @Override
    public PartitionId id() {
        return new PartitionId(new UUID(0, 7), 0);
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public int term() {
        return term;
    }

    @Override
    public long logStartOffset() {
        return logStart;
    }

    @Override
    public long highWatermark() {
        return committed < baseOffsets.size() ? baseOffsets.get(committed) : logEnd;
    }

    @Override
    public long logEndOffset() {
        return logEnd;
    }

    @Override
    public CompletableFuture<Long> append(ByteBuf batch) {
        try {
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            RecordBatch view = new RecordBatch().wrap(batch, batch.readerIndex());
            view.setBaseOffset(logEnd);
            view.setPartitionLeaderEpoch(term);
            baseOffsets.add(logEnd);
            logEnd = view.nextOffset();
            batches.add(ByteBufUtil.getBytes(batch));
        } finally {
            batch.release();
        }
        CompletableFuture<Long> done = new CompletableFuture<>();
        pending.add(done);
        if (!holdCommits) {
            loop.execute(() -> {
                if (pending.contains(done)) {
                    commitOne();
                }
            });
        }
        return done;
    }

    @Override
    public CompletableFuture<ByteBuf> readCommitted(long offset, int maxBytes) {
        if (holdReads) {
            CompletableFuture<ByteBuf> held = new CompletableFuture<>();
            heldReads.add(held);
            return held;
        }
        int found = Collections.binarySearch(baseOffsets, offset);
        int index = found >= 0 ? found : -found - 2;
        boolean readable = index >= 0 && index < committed && offset < highWatermark();
        return CompletableFuture.completedFuture(
                readable ? Unpooled.wrappedBuffer(batches.get(index)) : Unpooled.EMPTY_BUFFER);
    }

    private ByteBuf read() {
        return committed == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(batches.get(0));
    }

    private void commitOne() {
        long base = baseOffsets.get(committed++);
        pending.poll().complete(base);
        listener.committed(this, highWatermark());
    }
}
