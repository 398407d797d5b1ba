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
 * <p>The time index ends with an entry that is none: its offset is 0, where Kafka's tools stop, and its timestamp a CRC-32C
 * of all entries of both files and of the length of the segment they were made from. Files that fail the check are made
 * anew from the segment.
 */
public final class IndexFiles {
    /** Bytes of an entry of the offset index. */
    public static final int OFFSET_ENTRY = 8;
    /** Bytes of an entry of the time index. */
    public static final int TIME_ENTRY = 12;

    private IndexFiles() {}

    /** Content of the {@code .index} file. */
    public static ByteBuffer encodeOffsets(SegmentIndex index) {
        ByteBuffer out = ByteBuffer.allocate(index.size() * OFFSET_ENTRY);
        for (int i = 0; i < index.size(); i++) {
            out.putInt(index.relativeOffset(i)).putInt(index.position(i));
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
            long crc = crc(encodeOffsets(index), out.duplicate().flip(), segmentSize);
            out.putLong(crc).putInt(0);
        }
        return out.flip();
    }

    /**
     * Reads both files back.
     *
     * @return null if they are not whole, or were not made from a segment of this many bytes
     */
    public static SegmentIndex load(FileHandle offsetFile, FileHandle timeFile, long baseOffset, long segmentSize)
            throws IOException {
        ByteBuffer offsets = readAll(offsetFile, OFFSET_ENTRY, segmentSize);
        ByteBuffer times = readAll(timeFile, TIME_ENTRY, segmentSize);
        if (offsets == null || times == null || times.remaining() < 2 * TIME_ENTRY) {
            return null;
        }
        times.limit(times.limit() - TIME_ENTRY);
        long stated = times.duplicate().clear().getLong(times.limit());
        int end = times.duplicate().clear().getInt(times.limit() + Long.BYTES);
        if (end != 0 || stated != crc(offsets.duplicate(), times.duplicate(), segmentSize)) {
            return null;
        }
        SegmentIndex index = new SegmentIndex(baseOffset);
        while (offsets.hasRemaining()) {
            index.addOffset(offsets.getInt(), offsets.getInt());
        }
        while (times.hasRemaining()) {
            index.restoreTime(times.getLong(), times.getInt());
        }
        return index;
    }

    /**
     * Looks an offset up in an {@code .index} file without loading it.
     *
     * @return last offset (high 32 bits, relative to the base) and position (low 32 bits) of the nearest entry that ends
     *     before the offset, or -1 if there is none. A damaged file can give any answer: check what stands at the position
     */
    public static long floor(FileHandle offsetFile, long baseOffset, long offset) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(OFFSET_ENTRY);
        long low = 0;
        long high = offsetFile.size() / OFFSET_ENTRY;
        long found = -1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (offsetFile.read(entry.clear(), middle * OFFSET_ENTRY) < OFFSET_ENTRY) {
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

    /** The whole file, or null if it cannot be an index of a segment of this many bytes. */
    private static ByteBuffer readAll(FileHandle file, int entryBytes, long segmentSize) throws IOException {
        long size = file.size();
        if (size % entryBytes != 0 || size > segmentSize) {
            return null;
        }
        ByteBuffer content = ByteBuffer.allocate((int) size);
        file.read(content, 0);
        return content.flip();
    }

    private static long crc(ByteBuffer offsets, ByteBuffer times, long segmentSize) {
        CRC32C crc = new CRC32C();
        crc.update(offsets);
        crc.update(times);
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(segmentSize).flip());
        return crc.getValue();
    }
}
