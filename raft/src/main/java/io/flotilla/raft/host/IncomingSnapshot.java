package io.flotilla.raft.host;

import io.flotilla.raft.message.SnapshotRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What has arrived of a snapshot, in memory (a snapshot holds no user data). Parts are kept when a link breaks or another
 * leader goes on with the same snapshot; nothing is used before all of it is there and its checksum holds.
 */
final class IncomingSnapshot {
    /** Instead of a number of bytes: the snapshot cannot be used. */
    static final long UNUSABLE = -1;

    /** A larger snapshot than this is refused. */
    private static final int MAX_BYTES = 256 << 20;

    private final ByteBufAllocator allocator;
    private SnapshotRequest first;
    private ByteBuf held;

    IncomingSnapshot(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * Adds a part, if it is intact and what comes next.
     *
     * @param bytes the part; stays the caller's
     * @return how many bytes of the snapshot are held now, or {@link #UNUSABLE}
     */
    long take(SnapshotRequest part, ByteBuf bytes) {
        long size = bytes.readableBytes();
        if (part.totalBytes() > MAX_BYTES || part.offset() + size > part.totalBytes()) {
            return UNUSABLE;
        }
        if (first == null || !first.isPartOfSame(part)) {
            drop();
            first = part;
            held = allocator.buffer((int) Math.min(part.totalBytes(), FollowerFeed.MAX_PAYLOAD_BYTES));
        }
        if (part.offset() == held.readableBytes() && Checksum.of(bytes) == part.partCrc()) {
            held.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        }
        if (held.readableBytes() == part.totalBytes() && Checksum.of(held) != part.crc()) {
            drop();
            return UNUSABLE;
        }
        return held.readableBytes();
    }

    /** The snapshot, once it is whole; ownership passes. */
    ByteBuf takeAll() {
        ByteBuf all = held;
        held = null;
        first = null;
        return all;
    }

    /** Everything up to this index is here: a snapshot of that is not needed any more. */
    void reached(long index) {
        if (first != null && first.lastIndex() <= index) {
            drop();
        }
    }

    void drop() {
        if (held != null) {
            held.release();
        }
        held = null;
        first = null;
    }
}
