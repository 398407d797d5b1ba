package io.flotilla.raft.message;

import io.flotilla.raft.quorum.Configuration;

/**
 * A part of the leader's snapshot for a follower that needs entries the leader's log no longer holds (Raft section 7 and
 * figure 13). The part itself is the host's payload behind these fields. The snapshot is told from others by its index, term,
 * size and checksum: parts of the same snapshot fit together whoever sent them, and when.
 *
 * @param term the leader's term
 * @param lastIndex the last index that the snapshot covers
 * @param lastTerm the term of the entry at that index
 * @param configuration the members in force at that index
 * @param offset where the part begins, in bytes
 * @param totalBytes the size of the whole snapshot
 * @param crc the CRC-32C of the whole snapshot
 * @param partCrc the CRC-32C of this part
 */
public record SnapshotRequest(
        int term,
        long lastIndex,
        int lastTerm,
        Configuration configuration,
        long offset,
        long totalBytes,
        int crc,
        int partCrc)
        implements RaftMessage {
    @Override
    public MessageType type() {
        return MessageType.SNAPSHOT_REQUEST;
    }

    /** True if both are parts of the same snapshot. */
    public boolean isPartOfSame(SnapshotRequest other) {
        return lastIndex == other.lastIndex
                && lastTerm == other.lastTerm
                && totalBytes == other.totalBytes
                && crc == other.crc;
    }
}
