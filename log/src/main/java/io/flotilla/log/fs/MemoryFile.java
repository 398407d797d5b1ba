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

    /**
     * Decides what the disk kept of what was not synced. Each sector on its own may have missed the latest changes, but never
     * an earlier change than one it has: it was written, if at all, as it stood in the cache at some moment.
     */
    void losePower(RandomGenerator random) {
        int mood = random.nextInt(4);
        int[] kept = new int[sectors()];
        for (int sector = 0; sector < kept.length; sector++) {
            kept[sector] = mood < 2 ? mood * pending.size() : random.nextInt(pending.size() + 1);
        }
        for (int i = 0; i < pending.size(); i++) {
            apply(pending.get(i), i, kept);
        }
        pending.clear();
        visible = new Content();
        visible.write(0, durable.bytes, 0, durable.size);
    }

    private int sectors() {
        long most = durable.size;
        for (Change change : pending) {
            most = Math.max(most, change.position() + (change.bytes() == null ? 0 : change.bytes().length));
        }
        return (int) (most / SECTOR) + 1;
    }

    /** Applies a change where the sector has kept it. */
    private void apply(Change change, int number, int[] kept) {
        if (change.bytes() == null) {
            if (number < kept[(int) (change.position() / SECTOR)]) {
                durable.truncate(change.position());
            }
            return;
        }
        int length = change.bytes().length;
        for (int from = 0; from < length; ) {
            long position = change.position() + from;
            int count = Math.min(SECTOR - (int) (position % SECTOR), length - from);
            if (number < kept[(int) (position / SECTOR)]) {
                durable.write(position, change.bytes(), from, count);
            }
            from += count;
        }
    }

    private void apply(Change change) {
        if (change.bytes() == null) {
            durable.truncate(change.position());
        } else {
            durable.write(change.position(), change.bytes(), 0, change.bytes().length);
        }
    }

    void flip(long position, int mask) {
        visible.bytes[(int) position] ^= (byte) mask;
        if (position < durable.size) {
            durable.bytes[(int) position] ^= (byte) mask;
        }
    }
}
