package io.flotilla.log.maintain;

import io.flotilla.log.LogConfig;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.wire.record.BatchCursor;
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

    private static final Result WHOLE = new Result(null, false);

    private final FileHandle file;
    private final LogState state;
    private final LogConfig config;
    private final long nowMs;
    private final long commitMark;
    private final long size;
    private final BatchCursor cursor = new BatchCursor();
    private final long start;
    private long lastBatch;
    private ByteBuf piece = Unpooled.buffer(PIECE_BYTES);

    TailScan(FileHandle file, LogState state, LogConfig config, long nowMs, long commitMark) throws IOException {
        this.file = file;
        this.state = state;
        this.config = config;
        this.nowMs = nowMs;
        this.commitMark = commitMark;
        this.size = file.size();
        this.start = state.active().size();
        this.lastBatch = start;
    }

    /** Reads from the end of what the state knows of the active segment. */
    Result run() throws IOException {
        while (state.active().size() < size) {
            long position = state.active().size();
            fill(position);
            cursor.wrap(piece);
            Result result = takeBatches();
            if (result != null) {
                return result;
            }
            if (state.active().size() == position) {
                long batchSize = piece.readableBytes() < RecordBatch.HEADER_BYTES
                        ? RecordBatch.HEADER_BYTES
                        : new RecordBatch().wrap(piece, 0).sizeInBytes();
                if (batchSize > size - position) {
                    return bad("a batch of " + batchSize + " bytes begins " + (size - position) + " before the end");
                }
                piece = Unpooled.buffer((int) batchSize);
            }
        }
        return WHOLE;
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

    private void fill(long position) throws IOException {
        int length = (int) Math.min(piece.capacity(), size - position);
        file.read(piece.nioBuffer(0, length), position);
        piece.setIndex(0, length);
    }

    /** Takes the whole batches of the piece; null if what stopped it may be the piece's end. */
    private Result takeBatches() throws IOException {
        while (true) {
            switch (cursor.next()) {
                case BATCH -> {
                    RecordBatch batch = cursor.batch();
                    if (!batch.isCrcValid()) {
                        return bad("CRC mismatch");
                    }
                    String objection = state.objection(batch);
                    if (objection != null) {
                        // A whole batch in a wrong place: no interrupted write leaves that.
                        return new Result(objection, false);
                    }
                    lastBatch = state.active().size();
                    state.append(batch, config, nowMs);
                    state.committed(commitMark);
                }
                case END, TRUNCATED -> {
                    return null;
                }
                case MALFORMED -> {
                    return bad("no batch begins here (" + cursor.fault() + ")");
                }
            }
        }
    }

    /**
     * A place where no good batch begins. It is torn if nothing after it can have been written later, in a round of its own,
     * after this place had been synced: rounds are bounded, and later ones leave good batches.
     */
    private Result bad(String reason) throws IOException {
        long position = state.active().size();
        if (state.lastIndex() < commitMark) {
            return new Result(reason + ", though index " + commitMark + " was durable and committed", false);
        }
        long found = size - position <= LogWriter.MOST_UNSYNCED_BYTES ? -1 : goodBatchAfter(position);
        return found < 0
                ? new Result(reason, true)
                : new Result(reason + ", but a good batch follows at byte " + found, false);
    }

    private long goodBatchAfter(long bad) throws IOException {
        RecordBatch batch = new RecordBatch();
        for (long position = bad + 1; position <= size - RecordBatch.HEADER_BYTES; ) {
            fill(position);
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
        ByteBuf bytes = Unpooled.buffer(length);
        file.read(bytes.nioBuffer(0, length), position);
        return new RecordBatch().wrap(bytes.setIndex(0, length), 0).isCrcValid();
    }
}
