package io.flotilla.log.maintain;

import io.flotilla.log.LogConfig;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.segment.BatchFileScan;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.state.LastStop;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the batches of a segment file that no snapshot vouches for into the log's state, and where that ends before the file
 * does, judges whether an interrupted write explains it.
 */
final class TailScan {
    private static final int PIECE_BYTES = 1 << 20;

    /**
     * How the scan ended.
     *
     * @param reason why before the file's end; null if it got there
     * @param torn whether an interrupted write explains it
     */
    record Result(String reason, boolean torn) {}

    private final FileHandle file;
    private final LogState state;
    private final LogConfig config;
    private final long nowMs;
    private final long commitMark;
    private final LastStop lastStop;
    private final long size;
    private final long start;
    private long lastBatch;

    TailScan(FileHandle file, LogState state, LogConfig config, long nowMs, long commitMark, LastStop lastStop)
            throws IOException {
        this.file = file;
        this.state = state;
        this.config = config;
        this.nowMs = nowMs;
        this.commitMark = commitMark;
        this.lastStop = lastStop;
        this.size = file.size();
        this.start = state.active().size();
        this.lastBatch = start;
    }

    /** Reads from the end of what the state knows of the active segment. */
    Result run() throws IOException {
        String reason = new BatchFileScan(file, start, size).run(this::take);
        return reason == null ? new Result(null, false) : judge(reason);
    }

    private String take(RecordBatch batch) {
        String objection = state.objection(batch);
        if (objection == null) {
            lastBatch = state.active().size();
            state.append(batch, config, nowMs);
            state.committed(commitMark);
        }
        return objection;
    }

    /**
     * Writes again what one round may have written. After a failed sync its pages can be read though they are not on disk,
     * and count as clean, so that a sync alone would not write them (Rebello et al., ATC 2020).
     */
    void rewriteEnd() throws IOException {
        long end = state.active().size();
        long position = Math.max(start, Math.min(lastBatch, end - LogWriter.MOST_UNSYNCED_BYTES));
        while (position < end) {
            int length = (int) Math.min(PIECE_BYTES, end - position);
            ByteBuffer bytes = ByteBuffer.allocate(length);
            file.read(bytes, position);
            file.write(new ByteBuffer[] {bytes.flip()}, 1, position);
            position += length;
        }
    }

    /** Judges a place where no good batch begins. */
    private Result judge(String reason) throws IOException {
        long position = state.active().size();
        TornWrite torn = new TornWrite(file, size, lastStop);
        if (torn.lacksSectors(position, state.endOffset())) {
            return new Result(reason, true);
        }
        if (!torn.isCutShort(position, state.endOffset())) {
            return new Result(reason, false);
        }
        long found = goodBatchAfter(position);
        return found < 0
                ? new Result(reason, true)
                : new Result(reason + ", but a good batch follows at byte " + found, false);
    }

    private long goodBatchAfter(long bad) throws IOException {
        RecordBatch batch = new RecordBatch();
        for (long position = bad + 1; position <= size - RecordBatch.HEADER_BYTES; ) {
            ByteBuf piece = read(position, (int) Math.min(PIECE_BYTES, size - position));
            int last = piece.readableBytes() - RecordBatch.HEADER_BYTES;
            for (int at = 0; at <= last; at++) {
                batch.wrap(piece, at);
                if (isPlausible(batch, size - position - at) && isGood(position + at, batch.sizeInBytes())) {
                    return position + at;
                }
            }
            position += last + 1;
        }
        return -1;
    }

    private boolean isPlausible(RecordBatch batch, long room) {
        long ahead = batch.baseOffset() - state.endOffset();
        return batch.magic() == RecordBatch.MAGIC_V2
                && ahead >= 0
                && ahead <= Integer.MAX_VALUE
                && batch.sizeInBytes() >= RecordBatch.HEADER_BYTES
                && batch.sizeInBytes() <= room;
    }

    private boolean isGood(long position, int length) throws IOException {
        return new RecordBatch().wrap(read(position, length), 0).isCrcValid();
    }

    private ByteBuf read(long position, int length) throws IOException {
        ByteBuf bytes = Unpooled.buffer(length);
        file.read(bytes.nioBuffer(0, length), position);
        return bytes.setIndex(0, length);
    }
}
