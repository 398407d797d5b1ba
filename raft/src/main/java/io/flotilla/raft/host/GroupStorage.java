package io.flotilla.raft.host;

import io.flotilla.raft.core.HardState;
import io.flotilla.raft.message.EntryRef;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The log, votes and snapshots of one group. Every call and every callback is on the group's shard loop; nothing here
 * blocks. Calls take effect in the order made. What has become durable is told through {@link RaftGroup#appended}.
 */
public interface GroupStorage {
    /** Makes term and vote durable, then calls back. A failure is told through {@link RaftGroup#fail} instead. */
    void persist(HardState state, Runnable persisted);

    /** Drops every entry from this index on. */
    void truncateFrom(long index);

    /** Appends one entry of this leader: its place and term are still to be set in the bytes. Ownership passes. */
    void append(EntryRef entry, ByteBuf bytes);

    /** Appends entries a leader sent, end to end in the bytes as that leader wrote them. Ownership passes. */
    void appendReceived(List<EntryRef> entries, ByteBuf bytes);

    /**
     * Reads whole entries from this index on: at least one, then more up to {@code maxBytes}. Answers at once when the entries
     * are in memory, later when they must come from disk.
     */
    void read(long firstIndex, int maxBytes, ReadCallback callback);

    /** Makes the payload of a snapshot to send. Answers at once or later. */
    void readSnapshot(SnapshotCallback callback);

    /**
     * Replaces log and state by a snapshot received, whose checksum holds; then calls back once it is durable, or if it cannot
     * be used. Ownership of the bytes passes.
     */
    void installSnapshot(long lastIndex, int lastTerm, ByteBuf payload, InstallCallback callback);

    /**
     * The entries in these bytes, the first of which has this index, without consuming or releasing the bytes.
     *
     * @throws IllegalArgumentException when they are not whole, intact entries
     */
    List<EntryRef> parse(long firstIndex, ByteBuf bytes);

    /**
     * The same entries as {@link #parse} is to see them, for logs whose replicas may hold the same indexes in entries of other
     * extents: none goes beyond where this log agrees with it.
     *
     * @return the same buffer, or another one that the caller releases
     */
    default ByteBuf fitting(long firstIndex, ByteBuf bytes) {
        return bytes;
    }

    /** The bytes of an entry that the core itself made: a leader change or a configuration. */
    ByteBuf encode(EntryRef entry);

    /** Takes what a read found. */
    interface ReadCallback {
        /** Ownership of the bytes passes. */
        void read(long lastIndex, ByteBuf bytes);

        /** The entries are not there any more, or cannot be read. */
        void failed();
    }

    /** Hears what became of a snapshot received. */
    interface InstallCallback {
        /** The log is empty behind the snapshot, and all of it is durable. */
        void installed();

        /** The snapshot cannot be used; nothing has changed. */
        void failed(String reason);
    }

    /** Takes a snapshot to send. */
    interface SnapshotCallback {
        /** Ownership of the bytes passes. */
        void read(long lastIndex, int lastTerm, ByteBuf payload);

        /** There is none, or it cannot be read. */
        void failed();
    }
}
