package io.flotilla.log.fs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** A file of a {@link MemoryFileSystem}: what programs see, and what a power loss would leave. Guarded by its owner. */
final class MemoryFile {
    /** The unit that a disk writes whole. */
    private static final int SECTOR = 512;

    /** A write, or with null bytes a truncation to the position, that is not durable yet. */
    private record Change(long position, byte[] bytes) {}

    /** Bytes that grow as needed; those beyond the size are zero. */
    private static final class Content {
        byte[] bytes = new byte[0];
        int size;

        void write(long position, byte[] source, int from, int length) {
            int end = Math.toIntExact(position + length);
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
            }
            System.arraycopy(source, from, bytes, (int) position, length);
            size = Math.max(size, end);
        }

        void truncate(long to) {
            if (to < size) {
                Arrays.fill(bytes, (int) to, size, (byte) 0);
                size = (int) to;
            }
        }
    }

    private Content visible = new Content();
    private Content durable = new Content();
    private final List<Change> pending = new ArrayList<>();

    long size() {
        return visible.size;
    }

    int read(ByteBuffer target, long position) {
        int length = (int) Math.max(0, Math.min(target.remaining(), visible.size - position));
        if (length > 0) {
            target.put(visible.bytes, (int) position, length);
        }
        return length;
    }

    void write(byte[] bytes, long position) {
        visible.write(position, bytes, 0, bytes.length);
        pending.add(new Change(position, bytes));
    }

    void truncate(long size) {
        visible.truncate(size);
        pending.add(new Change(size, null));
    }

    void sync() {
        for (Change change : pending) {
            apply(change);
        }
        pending.clear();
    }

    /** A failed sync: the pages count as clean though they were not written. */
    void loseUnsynced() {
        pending.clear();
    }

    /** Decides what the disk kept of what was not synced. */
    void losePower(RandomGenerator random) {
        int mood = random.nextInt(4);
        for (Change change : pending) {
            int fate = mood < 2 ? mood : random.nextInt(3);
            if (fate == 1) {
                apply(change);
            } else if (fate == 2) {
                tear(change, random);
            }
        }
        pending.clear();
        visible = new Content();
        visible.write(0, durable.bytes, 0, durable.size);
    }

    private void apply(Change change) {
        if (change.bytes() == null) {
            durable.truncate(change.position());
        } else {
            durable.write(change.position(), change.bytes(), 0, change.bytes().length);
        }
    }

    /** Writes some of the sectors, in any order, as a disk may. */
    private void tear(Change change, RandomGenerator random) {
        if (change.bytes() == null) {
            return;
        }
        int length = change.bytes().length;
        for (int from = 0; from < length; ) {
            int room = SECTOR - (int) ((change.position() + from) % SECTOR);
            int count = Math.min(room, length - from);
            if (random.nextBoolean()) {
                durable.write(change.position() + from, change.bytes(), from, count);
            }
            from += count;
        }
    }

    void flip(long position, int mask) {
        visible.bytes[(int) position] ^= (byte) mask;
        if (position < durable.size) {
            durable.bytes[(int) position] ^= (byte) mask;
        }
    }
}
