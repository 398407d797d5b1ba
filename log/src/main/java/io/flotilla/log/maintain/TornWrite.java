package io.flotilla.log.maintain;

import io.flotilla.log.fs.BitFlip;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.state.LastStop;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.zip.CRC32C;

/**
 * Tells what an interrupted write leaves at the end of a segment file from damage. The file was only ever appended to, and
 * cut, durably, before it was appended to again. So a killed process leaves the beginning of a batch at the very end, and
 * nothing after it. A power loss, besides, leaves out whole sectors of what was not synced: those read as zeros, because
 * nothing was there before. Anything else is damage (Protocol-Aware Recovery, FAST 2018); so is a batch that is whole but for
 * one flipped bit, whatever zeros its records have.
 */
final class TornWrite {
    private static final int SECTOR = 512;
    /** The CRC covers a batch from its attributes on. */
    private static final int CHECKED_FROM = 21;
    /** What the length field says does not include base offset and length. */
    private static final int LENGTH_COUNTS_FROM = 12;

    private static final int PIECE_BYTES = 64 << 10;

    private final FileHandle file;
    private final long size;
    private final LastStop lastStop;

    TornWrite(FileHandle file, long size, LastStop lastStop) {
        this.file = file;
        this.size = size;
        this.lastStop = lastStop;
    }

    /**
     * Whether what begins at a position is the beginning of a batch that the file ends within.
     *
     * @param offset base offset of the batch that belongs there
     */
    boolean isCutShort(long position, long offset) throws IOException {
        ByteBuf header = read(position, RecordBatch.HEADER_BYTES);
        if (lastStop == LastStop.CLEAN) {
            return false;
        }
        if (header.readableBytes() < RecordBatch.HEADER_BYTES) {
            return lastStop.mayHaveLostSectors() || isBeginning(header, offset);
        }
        RecordBatch batch = new RecordBatch().wrap(header, 0);
        return batch.magic() == RecordBatch.MAGIC_V2
                && batch.sizeInBytes() > size - position
                && batch.baseOffset() == offset
                && !isWholeButForOneBit(batch, position, offset);
    }

    /** Whether sectors of the batch that belongs at a position, as far as it can be told where it ends, were never written. */
    boolean lacksSectors(long position, long offset) throws IOException {
        if (!lastStop.mayHaveLostSectors() || size - position > LogWriter.MOST_UNSYNCED_BYTES) {
            return false;
        }
        long length = RecordBatch.HEADER_BYTES;
        if (size - position >= RecordBatch.HEADER_BYTES) {
            RecordBatch batch = new RecordBatch().wrap(read(position, RecordBatch.HEADER_BYTES), 0);
            if (isWholeButForOneBit(batch, position, offset)) {
                return false;
            }
            length = batch.magic() == RecordBatch.MAGIC_V2 ? Math.max(length, batch.sizeInBytes()) : length;
        }
        return lacksSector(position, Math.min(size, position + length), offset);
    }

    /** Whether these few bytes are how the batch with an offset begins. */
    private static boolean isBeginning(ByteBuf bytes, long offset) {
        return bytes.readableBytes() < Long.BYTES || bytes.getLong(0) == offset;
    }

    /**
     * Whether the batch that belongs at a position is all there, but for one bit of it.
     *
     * @param batch its header
     * @param offset its base offset
     */
    private boolean isWholeButForOneBit(RecordBatch batch, long position, long offset) throws IOException {
        if (Long.bitCount(batch.baseOffset() ^ offset) > 1) {
            return false;
        }
        int stored = (int) batch.crc();
        int length = batch.sizeInBytes();
        if (fits(length, position) && BitFlip.explains(crc(position, length), stored, length - (long) CHECKED_FROM)) {
            return true;
        }
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            int other = LENGTH_COUNTS_FROM + (length - LENGTH_COUNTS_FROM ^ 1 << bit);
            if (fits(other, position) && crc(position, other) == stored) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(int length, long position) {
        return length >= RecordBatch.HEADER_BYTES && length <= size - position;
    }

    private int crc(long position, int length) throws IOException {
        CRC32C crc = new CRC32C();
        for (long at = position + CHECKED_FROM; at < position + length; at += PIECE_BYTES) {
            crc.update(read(at, (int) Math.min(PIECE_BYTES, position + length - at))
                    .nioBuffer());
        }
        return (int) crc.getValue();
    }

    /**
     * Whether a sector that has bytes of the batch has nothing but zeros from the batch's start, or its own, to its end.
     *
     * @param offset the batch's base offset, with which it begins and which may well begin with zeros
     */
    private boolean lacksSector(long from, long to, long offset) throws IOException {
        for (long start = from; start < to; start = (start / SECTOR + 1) * SECTOR) {
            ByteBuf sector = read(start, (int) (SECTOR - start % SECTOR));
            int length = sector.readableBytes();
            boolean mayBeEmpty =
                    start == from && length < Long.BYTES && offset >>> (Long.BYTES - length) * Byte.SIZE == 0;
            if (!mayBeEmpty && sector.forEachByte(value -> value == 0) < 0) {
                return true;
            }
        }
        return false;
    }

    private ByteBuf read(long position, int most) throws IOException {
        int length = (int) Math.max(0, Math.min(most, size - position));
        ByteBuf bytes = Unpooled.buffer(Math.max(1, length));
        file.read(bytes.nioBuffer(0, length), position);
        return bytes.setIndex(0, length);
    }
}
