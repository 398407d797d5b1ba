package io.flotilla.log.index;

import io.flotilla.log.fs.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The sparse indexes of a segment as files, in Kafka's formats, so that its tools can print them:
 *
 * <pre>
 * .index       for each entry: last offset of a batch minus the segment's base offset int32, position int32
 * .timeindex   for each entry: timestamp int64, last offset of the batch that reached it minus the base offset int32
 * </pre>
 *
 * <p>If there are entries, one more follows that is not one: with relative offset 0, where Kafka's tools stop, and in place
 * of the position or the timestamp a CRC-32C of the entries and of the length of the segment they were made from. A file
 * that fails the check is made anew from the segment.
 */
public final class IndexFiles {
    private static final int OFFSET_ENTRY = 8;
    private static final int TIME_ENTRY = 12;

    private IndexFiles() {}

    /** Content of the {@code .index} file for a segment of this many bytes. */
    public static ByteBuffer encodeOffsets(SegmentIndex index, long segmentSize) {
        int count = index.size();
        ByteBuffer out = ByteBuffer.allocate(count == 0 ? 0 : (count + 1) * OFFSET_ENTRY);
        for (int i = 0; i < count; i++) {
            out.putInt(index.relativeOffset(i)).putInt(index.position(i));
        }
        if (count > 0) {
            int crc = crc(out, segmentSize);
            out.putInt(0).putInt(crc);
        }
        return out.flip();
    }

    /** Content of the {@code .timeindex} file for a segment of this many bytes. */
    public static ByteBuffer encodeTimes(SegmentIndex index, long segmentSize) {
        int count = index.timesSize();
        ByteBuffer out = ByteBuffer.allocate(count == 0 ? 0 : (count + 1) * TIME_ENTRY);
        for (int i = 0; i < count; i++) {
            out.putLong(index.timeAt(i)).putInt(index.timeRelativeOffset(i));
        }
        if (count > 0) {
            int crc = crc(out, segmentSize);
            out.putLong(crc).putInt(0);
        }
        return out.flip();
    }

    /**
     * Reads both files back.
     *
     * @return null if they are not whole, or were not made from a segment of this many bytes
     */
    public static SegmentIndex load(FileHandle offsets, FileHandle times, long baseOffset, long segmentSize)
            throws IOException {
        ByteBuffer offsetEntries = readChecked(offsets, OFFSET_ENTRY, segmentSize);
        ByteBuffer timeEntries = readChecked(times, TIME_ENTRY, segmentSize);
        if (offsetEntries == null || timeEntries == null) {
            return null;
        }
        SegmentIndex index = new SegmentIndex(baseOffset);
        while (offsetEntries.hasRemaining()) {
            index.addOffset(offsetEntries.getInt(), offsetEntries.getInt());
        }
        while (timeEntries.hasRemaining()) {
            index.restoreTime(timeEntries.getLong(), timeEntries.getInt());
        }
        return index;
    }

    /**
     * Looks an offset up in an {@code .index} file without loading it.
     *
     * @return last offset (high 32 bits, relative to the base) and position (low 32 bits) of the nearest entry that ends
     *     before the offset, or -1 if there is none. A damaged file can give any answer: check what stands at the position
     */
    public static long floor(FileHandle offsets, long baseOffset, long offset) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(OFFSET_ENTRY);
        long low = 0;
        long high = offsets.size() / OFFSET_ENTRY - 1;
        long found = -1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (offsets.read(entry.clear(), middle * OFFSET_ENTRY) < OFFSET_ENTRY) {
                return -1;
            }
            long value = entry.getLong(0);
            if (baseOffset + (value >>> Integer.SIZE) < offset) {
                found = value;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return found;
    }

    private static ByteBuffer readChecked(FileHandle file, int entryBytes, long segmentSize) throws IOException {
        long size = file.size();
        if (size < 2L * entryBytes || size % entryBytes != 0 || size > segmentSize) {
            return null;
        }
        ByteBuffer content = ByteBuffer.allocate((int) size);
        file.read(content, 0);
        content.position((int) size - entryBytes);
        int crc = crc(content, segmentSize);
        boolean good = entryBytes == OFFSET_ENTRY
                ? content.getLong(content.position()) == (crc & 0xFFFFFFFFL)
                : content.getLong(content.position()) == crc && content.getInt((int) size - Integer.BYTES) == 0;
        return good ? content.flip() : null;
    }

    /** CRC of the bytes before the buffer's position, and of the segment's length. */
    private static int crc(ByteBuffer entries, long segmentSize) {
        CRC32C crc = new CRC32C();
        crc.update(entries.array(), 0, entries.position());
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(segmentSize).flip());
        return (int) crc.getValue();
    }
}
