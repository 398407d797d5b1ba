package io.flotilla.raft.message;

import io.flotilla.raft.quorum.Configuration;

/**
 * A reference to one entry of the log; the bytes are the host's. An entry covers a range of indexes (one per record of a
 * batch) and is atomic: replicated, truncated and acknowledged as a whole.
 *
 * @param firstIndex the first index covered, from 1
 * @param lastIndex the last index covered
 * @param term the term of the leader that created the entry, from 1
 * @param kind what the entry is for
 * @param sizeInBytes the size of its bytes where the proposer said so, else 0
 * @param configuration the members it brings into force, for {@link EntryKind#CONFIGURATION}; else null
 */
public record EntryRef(
        long firstIndex, long lastIndex, int term, EntryKind kind, int sizeInBytes, Configuration configuration) {
    /** Checks the ranges, and that a configuration comes with exactly the kind that needs one. */
    public EntryRef {
        if (firstIndex < 1 || lastIndex < firstIndex || term < 1 || sizeInBytes < 0) {
            throw new IllegalArgumentException("bad entry: indexes " + firstIndex + ".." + lastIndex + ", term " + term
                    + ", " + sizeInBytes + " bytes");
        }
        if (kind != EntryKind.RECORDS && lastIndex != firstIndex) {
            throw new IllegalArgumentException(kind + " entry covers more than one index");
        }
        if ((kind == EntryKind.CONFIGURATION) != (configuration != null)) {
            throw new IllegalArgumentException(kind + " entry with configuration " + configuration);
        }
    }

    /** The entry of a producer's batch. */
    public static EntryRef records(long firstIndex, long lastIndex, int term, int sizeInBytes) {
        return new EntryRef(firstIndex, lastIndex, term, EntryKind.RECORDS, sizeInBytes, null);
    }

    /** An entry of one index and without configuration. */
    public static EntryRef single(long index, int term, EntryKind kind, int sizeInBytes) {
        return new EntryRef(index, index, term, kind, sizeInBytes, null);
    }

    /** The entry that brings {@code configuration} into force. */
    public static EntryRef configuration(long index, int term, Configuration configuration, int sizeInBytes) {
        return new EntryRef(index, index, term, EntryKind.CONFIGURATION, sizeInBytes, configuration);
    }
}
