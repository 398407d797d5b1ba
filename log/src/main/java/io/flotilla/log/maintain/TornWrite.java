package io.flotilla.log.maintain;

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
 * nothing was there before. Anything else, a flipped bit say, is damage (Protocol-Aware Recovery, FAST 2018).
 */
final class TornWrite {
    private static final int SECTOR = 512;
    /** The CRC covers a batch from its attributes on. */
    private static final int CHECKED_FROM = 21;

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
                && !isWholeWithoutItsLength(batch, position);
    }

    /** Whether sectors of the batch that belongs at a position, as far as it can be told where it ends, were never written. */
    boolean lacksSectors(long position, long offset) throws IOException {
        if (!lastStop.mayHaveLostSectors() || size - position > LogWriter.MOST_UNSYNCED_BYTES) {
            return false;
        }
        long length = RecordBatch.HEADER_BYTES;
        if (size - position >= RecordBatch.HEADER_BYTES) {
            RecordBatch batch = new RecordBatch().wrap(read(position, RecordBatch.HEADER_BYTES), 0);
            length = batch.magic() == RecordBatch.MAGIC_V2 ? Math.max(length, batch.sizeInBytes()) : length;
        }
        return lacksSector(position, Math.min(size, position + length), offset);
    }

    /** Whether these few bytes are how the batch with an offset begins. */
    private static boolean isBeginning(ByteBuf bytes, long offset) {
        return bytes.readableBytes() < Long.BYTES || bytes.getLong(0) == offset;
    }

    /** A flipped bit can make a whole batch look longer than the file; its CRC, which does not cover the length, tells. */
    private boolean isWholeWithoutItsLength(RecordBatch batch, long position) throws IOException {
        CRC32C crc = new CRC32C();
        for (long at = position + CHECKED_FROM; at < size; at += PIECE_BYTES) {
            crc.update(read(at, PIECE_BYTES).nioBuffer());
        }
        return crc.getValue() == batch.crc();
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
