package io.flotilla.log.index;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Where each term begins in a log; Kafka calls it the leader epoch cache (KIP-101). Terms and indexes rise strictly,
 * offsets never fall. Not thread-safe.
 */
public final class TermStarts {
    private final List<TermStart> starts = new ArrayList<>();

    /** The starts, oldest first. Below the log's first index only the term in force there is kept. */
    public List<TermStart> list() {
        return List.copyOf(starts);
    }

    /** The term of the entry at an index, and those that begin after it; a copy, so for any thread. */
    public List<TermStart> from(long index) {
        return List.copyOf(starts.subList(Math.max(0, floor(index)), starts.size()));
    }

    /** The newest term, 0 before any entry. */
    public int lastTerm() {
        return starts.isEmpty() ? 0 : starts.get(starts.size() - 1).term();
    }

    /** Notes an entry appended: a start, if its term is new. */
    public void append(int term, long index, long offset) {
        int last = lastTerm();
        if (term < last) {
            throw new IllegalStateException("Term " + term + " at index " + index + " after term " + last);
        }
        if (term > last) {
            starts.add(new TermStart(term, index, offset));
        }
    }

    /** Term of the entry at an index not beyond the log's end; 0 for index 0. */
    public int termAt(long index) {
        int at = floor(index);
        return at < 0 ? 0 : starts.get(at).term();
    }

    /** Forgets terms that begin at or after an index: the log was truncated. */
    public void truncateFrom(long index) {
        starts.subList(floor(index - 1) + 1, starts.size()).clear();
    }

    /** Forgets terms that end before {@code firstIndex - 1}: the log starts at that first index. */
    public void dropBefore(long firstIndex) {
        int keep = floor(firstIndex - 1);
        if (keep > 0) {
            starts.subList(0, keep).clear();
        }
    }

    /**
     * The largest epoch in the log that is not above the one asked for, and the offset where it ends: where a client or
     * follower that last saw this epoch may diverge from this log.
     */
    public EpochEnd endOffset(int epoch, long logEndOffset) {
        if (starts.isEmpty() || epoch > lastTerm() || epoch < 0) {
            return EpochEnd.UNDEFINED;
        }
        if (epoch == lastTerm()) {
            return new EpochEnd(epoch, logEndOffset);
        }
        int next = 0;
        while (starts.get(next).term() <= epoch) {
            next++;
        }
        int found = next == 0 ? epoch : starts.get(next - 1).term();
        return new EpochEnd(found, starts.get(next).offset());
    }

    /** Layout: count int32, then for each: term int32, index int64, offset int64. */
    public void writeTo(ByteBuf out) {
        out.writeInt(starts.size());
        for (TermStart start : starts) {
            out.writeInt(start.term()).writeLong(start.index()).writeLong(start.offset());
        }
    }

    /** Reads what {@link #writeTo} wrote. */
    public static TermStarts readFrom(ByteBuf in) {
        TermStarts result = new TermStarts();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            result.append(in.readInt(), in.readLong(), in.readLong());
        }
        return result;
    }

    /** Position in the list of the last term that begins at or before an index, or -1. */
    private int floor(long index) {
        int low = 0;
        int high = starts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (starts.get(middle).index() <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
