package io.flotilla.log.segment;

import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The end of a log, in memory: everything that is not durable yet, and some of what came before it, for readers that keep up.
 * A ring of chunks in index order; it owns one reference to each buffer. Not thread-safe.
 */
public final class Tail {
    /** Bytes held by all tails of the directory. */
    private final AtomicLong shared;

    private TailChunk[] ring = new TailChunk[16];
    private int head;
    private int size;
    private long bytes;

    /** @param shared bytes held by all tails that share a limit; this one adds its own */
    public Tail(AtomicLong shared) {
        this.shared = shared;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Bytes held. */
    public long bytes() {
        return bytes;
    }

    /** Index of the first entry held; the tail must not be empty. */
    public long firstIndex() {
        return get(0).firstIndex();
    }

    /** Position in its segment file of the first batch held; the tail must not be empty. */
    public long firstPosition() {
        return get(0).position();
    }

    /** Holds the entries of this index and later ones. */
    public boolean covers(long index) {
        return size > 0 && index >= firstIndex();
    }

    /**
     * Adds batches at the end.
     *
     * @param segment where they belong
     * @param position of the first in the segment file
     * @param batches never changed from now on, readable from 0; ownership passes
     * @param term term of the last entry
     */
    public TailChunk add(Segment segment, long position, ByteBuf batches, long firstIndex, long lastIndex, int term) {
        TailChunk chunk = new TailChunk(segment, position, batches, firstIndex, lastIndex, term);
        add(chunk);
        return chunk;
    }

    private void add(TailChunk chunk) {
        if (size == ring.length) {
            TailChunk[] larger = new TailChunk[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            ring = larger;
            head = 0;
        }
        ring[(head + size++) % ring.length] = chunk;
        count(chunk.size());
    }

    /**
     * Lets go of the oldest durable chunks while more is held than wanted.
     *
     * @param wantedCommitted bytes to hold of what is committed
     * @param wantedUncommitted bytes to hold at all, for followers that still need what is not committed
     */
    public void trim(long durableIndex, long committedIndex, long wantedCommitted, long wantedUncommitted) {
        while (size > 0 && get(0).lastIndex() <= durableIndex) {
            long wanted = get(0).lastIndex() <= committedIndex ? wantedCommitted : wantedUncommitted;
            if (bytes <= wanted) {
                return;
            }
            removeOldest();
        }
    }

    /** Removes the entries from an index on, which must begin a batch if it is held. */
    public void truncateFrom(long index) {
        while (size > 0 && get(size - 1).lastIndex() >= index) {
            int last = (head + size - 1) % ring.length;
            TailChunk chunk = ring[last];
            ring[last] = null;
            size--;
            count(-chunk.size());
            if (chunk.firstIndex() < index) {
                add(headOf(chunk, index));
            }
            chunk.bytes().release();
        }
    }

    private static TailChunk headOf(TailChunk chunk, long index) {
        BatchCursor cursor = new BatchCursor().wrap(chunk.bytes());
        long next = chunk.firstIndex();
        int term = 0;
        while (next < index && cursor.next() == BatchCursor.Step.BATCH) {
            RecordBatch batch = cursor.batch();
            term = batch.partitionLeaderEpoch();
            next += batch.isRaftEntry() ? 1 : batch.offsetCount();
        }
        if (next != index) {
            throw new IllegalStateException("Index " + index + " does not begin a batch");
        }
        int length = cursor.batch().position() + cursor.batch().sizeInBytes();
        ByteBuf bytes = chunk.bytes().retainedSlice(0, length);
        return new TailChunk(chunk.segment(), chunk.position(), bytes, chunk.firstIndex(), index - 1, term);
    }

    /** Lets a selection take from the chunk that holds an index, and those after it. */
    public void read(long fromIndex, BatchSelection selection) {
        for (int i = find(fromIndex); i < size && !selection.isComplete(); i++) {
            TailChunk chunk = get(i);
            selection.take(chunk.bytes(), 0, chunk.size(), chunk.firstIndex());
        }
    }

    /** The chunks' buffers from the one that holds an index on, each with a reference for the caller. */
    public List<ByteBuf> retainFrom(long index) {
        List<ByteBuf> result = new ArrayList<>();
        for (int i = find(index); i < size; i++) {
            result.add(get(i).bytes().retain());
        }
        return result;
    }

    /** Lets go of everything. */
    public void clear() {
        while (size > 0) {
            removeOldest();
        }
        Arrays.fill(ring, null);
    }

    private void removeOldest() {
        TailChunk chunk = get(0);
        ring[head] = null;
        head = (head + 1) % ring.length;
        size--;
        count(-chunk.size());
        chunk.bytes().release();
    }

    private void count(int change) {
        bytes += change;
        shared.addAndGet(change);
    }

    private TailChunk get(int number) {
        return ring[(head + number) % ring.length];
    }

    /** Number of the chunk that holds an index, or of the first chunk if the index lies before it. */
    private int find(long index) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).lastIndex() < index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
