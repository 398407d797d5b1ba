package io.flotilla.log.maintain;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The newest offset of each key of a part of a log, in memory of a fixed size: an open hash table of digests, as Kafka's
 * cleaner has it. Two keys whose digests are equal would count as one, so the digest is 128 bits of SHA-256: nobody knows how to
 * make two such keys, as one can for MD5. Not thread-safe.
 */
final class KeyOffsets {
    /** Bytes that a key takes. */
    static final int ENTRY_BYTES = 24;

    private static final int ENTRY_LONGS = 3;
    /** Fuller than this the table is slow. */
    private static final double MOST_LOAD = 0.75;

    private static final long NONE = -1;

    private final MessageDigest sha256;
    private final byte[] digest = new byte[32];
    private final ByteBuffer digestView = ByteBuffer.wrap(digest);
    /** For each slot: two halves of the digest, and the offset + 1; 0 where there is none. */
    private final long[] slots;

    private final int slotCount;
    private final int mostKeys;
    private int keys;
    private int slot;

    /**
     * A table in no more than so many bytes, and no more than it takes for so many keys.
     *
     * @param mostBytes at least a few entries are made room for, whatever this says
     */
    KeyOffsets(long mostBytes, long keysAtMost) {
        long wanted = (long) Math.ceil(keysAtMost / MOST_LOAD) + 1;
        long room = Math.max(4, Math.min(mostBytes / ENTRY_BYTES, Integer.MAX_VALUE / (ENTRY_LONGS + 1)));
        slotCount = (int) Math.min(wanted, room);
        mostKeys = Math.max(1, Math.min(slotCount - 1, (int) Math.ceil(slotCount * MOST_LOAD)));
        slots = new long[slotCount * ENTRY_LONGS];
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Notes that a key has this offset, the largest so far; false if there is no room for another key. */
    boolean put(ByteBuf key, long offset) {
        find(key);
        int at = slot * ENTRY_LONGS;
        if (slots[at + 2] == 0) {
            if (keys == mostKeys) {
                return false;
            }
            keys++;
            slots[at] = digestView.getLong(0);
            slots[at + 1] = digestView.getLong(Long.BYTES);
        }
        slots[at + 2] = offset + 1;
        return true;
    }

    /** The offset of a key, or -1. */
    long get(ByteBuf key) {
        find(key);
        long found = slots[slot * ENTRY_LONGS + 2];
        return found == 0 ? NONE : found - 1;
    }

    int size() {
        return keys;
    }

    /** Sets {@link #slot} to the key's, or to the one where it belongs. */
    private void find(ByteBuf key) {
        for (ByteBuffer part : key.nioBuffers()) {
            sha256.update(part);
        }
        try {
            sha256.digest(digest, 0, digest.length);
        } catch (java.security.DigestException e) {
            throw new IllegalStateException("There is room for a digest", e);
        }
        long high = digestView.getLong(0);
        long low = digestView.getLong(Long.BYTES);
        slot = (int) Math.floorMod(high, (long) slotCount);
        while (slots[slot * ENTRY_LONGS + 2] != 0
                && (slots[slot * ENTRY_LONGS] != high || slots[slot * ENTRY_LONGS + 1] != low)) {
            slot = slot + 1 == slotCount ? 0 : slot + 1;
        }
    }
}
