package io.flotilla.log.index;

import java.util.List;

/**
 * Where a term begins in a log.
 *
 * @param index index of its first entry
 * @param offset offset of the first record at or after that entry
 */
public record TermStart(int term, long index, long offset) {
    /** The term of the entry at an index, of terms that are listed from that or an earlier one on; 0 before all. */
    public static int termAt(List<TermStart> starts, long index) {
        int term = 0;
        for (TermStart start : starts) {
            if (start.index() <= index) {
                term = start.term();
            }
        }
        return term;
    }
}
