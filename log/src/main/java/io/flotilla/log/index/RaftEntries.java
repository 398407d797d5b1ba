package io.flotilla.log.index;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Where Raft's own entries stand in a log: the sorted list of their indexes, about one per change of leader. It translates
 * between the users' offsets and Raft's indexes, because a Raft entry takes an index and no offset:
 *
 * <pre>
 * index    1    2    3    4    5    6        entries 1 and 4 are Raft's:
 * offset   -    0    1    -    2    3        index = offset + 1 + Raft entries before the record
 * </pre>
 *
 * <p>Entries below the log's first index are only counted, so nothing below {@code firstIndex - 1} can be translated. Not
 * thread-safe.
 */
public final class RaftEntries {
    private long dropped;
    private long[] indexes = new long[4];
    private int size;

    /** The offset that a record appended right after this index gets: how many records there are up to the index. */
    public long offsetAfter(long index) {
        return index - dropped - countUpTo(index);
    }

    /** The index of the record at an offset. For the log end offset: the index it gets if it is appended next. */
    public long indexOf(long offset) {
        return offset + 1 + dropped + countBefore(offset);
    }

    /** Whether the entry at this index is Raft's. */
    public boolean contains(long index) {
        return Arrays.binarySearch(indexes, 0, size, index) >= 0;
    }

    /** How many Raft entries stand directly before this index without a record between, back to index {@code from}. */
    public int runBefore(long index, long from) {
        int at = countUpTo(index - 1) - 1;
        long expected = index - 1;
        int run = 0;
        while (at >= 0 && expected >= from && indexes[at] == expected) {
            at--;
            expected--;
            run++;
        }
        return run;
    }

    /** Notes a Raft entry after all others. */
    public void add(long index) {
        if (size > 0 && index <= indexes[size - 1]) {
            throw new IllegalStateException("Raft entry " + index + " after " + indexes[size - 1]);
        }
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, size * 2);
        }
        indexes[size++] = index;
    }

    /** Forgets the entries at and after an index: the log was truncated. */
    public void truncateFrom(long index) {
        size = countUpTo(index - 1);
    }

    /** Only counts the entries before an index from now on: the log starts there. */
    public void dropBefore(long index) {
        int count = countUpTo(index - 1);
        System.arraycopy(indexes, count, indexes, 0, size - count);
        size -= count;
        dropped += count;
    }

    /** Layout: dropped int64, count int32, then each index int64. */
    public void writeTo(ByteBuf out) {
        out.writeLong(dropped).writeInt(size);
        for (int i = 0; i < size; i++) {
            out.writeLong(indexes[i]);
        }
    }

    /** Reads what {@link #writeTo} wrote. */
    public static RaftEntries readFrom(ByteBuf in) {
        RaftEntries entries = new RaftEntries();
        entries.dropped = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            entries.add(in.readLong());
        }
        return entries;
    }

    /** Entries of the list at or before an index. */
    private int countUpTo(long index) {
        int at = Arrays.binarySearch(indexes, 0, size, index);
        return at >= 0 ? at + 1 : -at - 1;
    }

    /** Entries of the list before the record at an offset: those with at most that many records before them. */
    private int countBefore(long offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long recordsBefore = indexes[middle] - dropped - middle - 1;
            if (recordsBefore <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
