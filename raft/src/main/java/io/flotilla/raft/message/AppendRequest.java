package io.flotilla.raft.message;

import java.util.List;

/**
 * The leader's entries after a position it believes the follower shares (Raft section 5.3). Without entries it is a
 * probe: who leads, does that position match, how far is the commit index.
 *
 * <p>On the wire the entries are the host's payload behind the fixed fields; the receiving host derives the references
 * from the batches and adds them with {@link #withEntries}.
 *
 * @param term the leader's term
 * @param prevIndex the index just before the entries
 * @param prevTerm the term of the entry at {@code prevIndex}; 0 for index 0
 * @param commitIndex the leader's commit index
 * @param entries the entries, gapless from {@code prevIndex + 1}
 */
public record AppendRequest(int term, long prevIndex, int prevTerm, long commitIndex, List<EntryRef> entries)
        implements RaftMessage {
    /**
     * Checks that the entries follow each other.
     *
     * @throws IllegalArgumentException if there is a gap, or a term goes back or beyond the leader's
     */
    public AppendRequest {
        entries = List.copyOf(entries);
        long index = prevIndex;
        int entryTerm = prevTerm;
        for (int i = 0; i < entries.size(); i++) {
            EntryRef entry = entries.get(i);
            if (entry.firstIndex() != index + 1 || entry.term() < entryTerm || entry.term() > term) {
                throw new IllegalArgumentException("entry " + entry + " cannot follow index " + index + ", term "
                        + entryTerm + " in term " + term);
            }
            index = entry.lastIndex();
            entryTerm = entry.term();
        }
    }

    /** A request that asks whether a position matches and sends nothing. */
    public static AppendRequest probe(int term, long prevIndex, int prevTerm, long commitIndex) {
        return new AppendRequest(term, prevIndex, prevTerm, commitIndex, List.of());
    }

    /** The same request with {@code payload} as its entries. */
    public AppendRequest withEntries(List<EntryRef> payload) {
        return new AppendRequest(term, prevIndex, prevTerm, commitIndex, payload);
    }

    /** The last index that a follower shares with the leader once it has accepted this request. */
    public long lastIndex() {
        return entries.isEmpty() ? prevIndex : entries.get(entries.size() - 1).lastIndex();
    }

    @Override
    public MessageType type() {
        return MessageType.APPEND_REQUEST;
    }
}
