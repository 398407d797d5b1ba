package io.flotilla.raft.core;

import java.util.Arrays;

/**
 * The term of every index, as the short sorted list of where terms begin. Answers for indexes from the base (the position
 * before the first entry) on; the caller knows where the log ends.
 */
final class TermHistory {
    /** The term of an index before the base. */
    static final int UNKNOWN = -1;

    private long baseIndex;
    private int baseTerm;
    private int[] terms = new int[4];
    private long[] starts = new long[4];
    private int size;

    TermHistory(long baseIndex, int baseTerm) {
        reset(baseIndex, baseTerm);
    }

    /** Forgets everything: the log is empty after {@code index}, whose entry has {@code term}. */
    void reset(long index, int term) {
        baseIndex = index;
        baseTerm = term;
        size = 0;
    }

    long baseIndex() {
        return baseIndex;
    }

    /** Notes that an entry of {@code term} begins at {@code firstIndex}, after all others. */
    void append(int term, long firstIndex) {
        int last = size == 0 ? baseTerm : terms[size - 1];
        long lastStart = size == 0 ? baseIndex : starts[size - 1];
        if (term < last || firstIndex <= lastStart) {
            throw new InvariantViolation("term " + term + " at index " + firstIndex + " cannot follow term " + last
                    + " from index " + lastStart);
        }
        if (term == last) {
            return;
        }
        if (size == terms.length) {
            terms = Arrays.copyOf(terms, size * 2);
            starts = Arrays.copyOf(starts, size * 2);
        }
        terms[size] = term;
        starts[size] = firstIndex;
        size++;
    }

    /** Forgets the terms that begin at {@code fromIndex} or later. */
    void truncate(long fromIndex) {
        while (size > 0 && starts[size - 1] >= fromIndex) {
            size--;
        }
    }

    /** Makes {@code index} the base, forgetting what lies before. */
    void compact(long index) {
        int at = position(index);
        if (index <= baseIndex) {
            return;
        }
        baseTerm = at < 0 ? baseTerm : terms[at];
        baseIndex = index;
        int kept = size - at - 1;
        System.arraycopy(terms, at + 1, terms, 0, kept);
        System.arraycopy(starts, at + 1, starts, 0, kept);
        size = kept;
    }

    /** The term of the entry at {@code index}, or {@link #UNKNOWN} before the base. */
    int termAt(long index) {
        if (index < baseIndex) {
            return UNKNOWN;
        }
        int at = position(index);
        return at < 0 ? baseTerm : terms[at];
    }

    /** The largest index that is at most {@code index} and of a term of at most {@code term}; below the base if none. */
    long lastIndexWithin(long index, int term) {
        if (index < baseIndex) {
            return index;
        }
        int at = position(index);
        long last = index;
        while (at >= 0 && terms[at] > term) {
            last = starts[at] - 1;
            at--;
        }
        return at < 0 && baseTerm > term ? baseIndex - 1 : last;
    }

    /** The position of the last term that begins at or before {@code index}, or -1. */
    private int position(long index) {
        if (size > 0 && starts[size - 1] <= index) {
            return size - 1;
        }
        int found = Arrays.binarySearch(starts, 0, size, index);
        return found >= 0 ? found : -found - 2;
    }
}
