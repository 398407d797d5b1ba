package io.flotilla.log.redo;

import io.flotilla.log.GroupId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What is written to the journal at a time, all or nothing:
 *
 * <pre>
 *  0 magic     int32
 *  4 crc       int32   CRC-32C of the directory's id, bytes 8 to 31, and all entries with their bytes
 *  8 lap       int64   one more each time the journal's other file is begun
 * 16 number    int32   of the frame in its lap, from 0
 * 20 entries   int32   how many
 * 24 length    int32   bytes from 32 on that count
 * 28 head crc  int32   CRC-32C of the directory's id and bytes 8 to 27
 * 32 entries           each: topic id 16 bytes, partition int32, base offset of the segment int64, position in it int64,
 *                      bytes int32; 0 bytes: nothing that came before of this group is to be written again
 *    bytes             of the entries, in their order
 *    zeros             up to a multiple of 512, so that no sector is written twice
 * </pre>
 *
 * <p>The first of a lap has no entries, and one int32 as its bytes: how many frames the lap before has.
 *
 * <p>The CRCs begin with the directory's id so that no record of a producer can pass for a frame. Not thread-safe; reused, so that
 * a round makes no garbage.
 */
public final class RedoFrame {
    static final int MAGIC = 0x464C5231;
    static final int HEADER = 32;
    static final int ENTRY = 40;
    static final int SECTOR = 512;
    static final int CHECKED_FROM = 8;
    static final int LAP = 8;
    static final int NUMBER = 16;
    static final int ENTRIES = 20;
    static final int LENGTH = 24;
    static final int HEAD_CRC = 28;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(SECTOR);

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer zeros = ZEROS.duplicate();
    private ByteBuffer head = ByteBuffer.allocateDirect(HEADER + 32 * ENTRY);
    private ByteBuffer[] parts = new ByteBuffer[64];
    private int count;
    private int entries;
    private int bytes;

    /** Empties it. */
    public void clear() {
        Arrays.fill(parts, 0, count, null);
        head.clear().position(HEADER);
        // Before the first part comes the head.
        count = 1;
        entries = 0;
        bytes = 0;
    }

    /**
     * Adds bytes that have been written to a segment.
     *
     * @param position where, in bytes from its start
     * @param buffers the bytes that remain in the first {@code number} of them, neither copied nor changed: they must stay as they are
     *     until the frame is written
     */
    public void add(GroupId group, long baseOffset, long position, ByteBuffer[] buffers, int number) {
        int length = 0;
        for (int i = 0; i < number; i++) {
            length += buffers[i].remaining();
            add(buffers[i]);
        }
        addEntry(group, baseOffset, position, length);
        bytes += length;
    }

    /** Makes it the first of a lap. */
    void beginLap(int framesBefore) {
        clear();
        add(ByteBuffer.allocate(Integer.BYTES).putInt(0, framesBefore));
        bytes = Integer.BYTES;
    }

    /** Says that nothing which came before of this group is to be written again. */
    void addBarrier(GroupId group) {
        addEntry(group, 0, 0, 0);
    }

    private void addEntry(GroupId group, long baseOffset, long position, int length) {
        if (head.remaining() < ENTRY) {
            head = ByteBuffer.allocateDirect(head.capacity() * 2).put(head.flip());
        }
        head.putLong(group.topicId().getMostSignificantBits());
        head.putLong(group.topicId().getLeastSignificantBits());
        head.putInt(group.partition()).putLong(baseOffset).putLong(position).putInt(length);
        entries++;
    }

    private void add(ByteBuffer part) {
        if (count == parts.length) {
            parts = Arrays.copyOf(parts, count * 2);
        }
        parts[count++] = part;
    }

    /** Bytes that a frame takes in the journal. */
    static long size(int entries, long bytes) {
        return padded(HEADER + (long) entries * ENTRY + bytes);
    }

    /** Bytes that this one takes. */
    long size() {
        return size(entries, bytes);
    }

    private static long padded(long length) {
        return (length + SECTOR - 1) / SECTOR * SECTOR;
    }

    /** Completes it; {@link #parts} are to be written. */
    void finish(UUID directory, long lap, int number) {
        int length = entries * ENTRY + bytes;
        head.flip();
        head.putInt(0, MAGIC)
                .putLong(LAP, lap)
                .putInt(NUMBER, number)
                .putInt(ENTRIES, entries)
                .putInt(LENGTH, length);
        head.putInt(HEAD_CRC, headCrc(crc, directory, head, 0));
        begin(crc, directory);
        update(crc, head, CHECKED_FROM, head.limit());
        for (int i = 1; i < count; i++) {
            update(crc, parts[i], parts[i].position(), parts[i].limit());
        }
        head.putInt(Integer.BYTES, (int) crc.getValue());
        parts[0] = head;
        int padding = (int) (size() - HEADER - length);
        if (padding > 0) {
            add(zeros.clear().limit(padding));
        }
    }

    ByteBuffer[] parts() {
        return parts;
    }

    /** How many of {@link #parts} there are. */
    int count() {
        return count;
    }

    /** CRC of what a header at a position says of its frame. */
    static int headCrc(CRC32C crc, UUID directory, ByteBuffer from, int position) {
        begin(crc, directory);
        update(crc, from, position + CHECKED_FROM, position + HEAD_CRC);
        return (int) crc.getValue();
    }

    /** Adds a range of a buffer to a CRC; its position and limit stay as they are. */
    static void update(CRC32C crc, ByteBuffer from, int start, int end) {
        int position = from.position();
        int limit = from.limit();
        crc.update(from.limit(end).position(start));
        from.limit(limit).position(position);
    }

    /** Begins the CRC of something that is in this directory's journal. */
    static void begin(CRC32C crc, UUID directory) {
        crc.reset();
        begin(crc, directory.getMostSignificantBits());
        begin(crc, directory.getLeastSignificantBits());
    }

    private static void begin(CRC32C crc, long bits) {
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            crc.update((int) (bits >>> shift));
        }
    }
}
