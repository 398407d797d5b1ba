package io.flotilla.log.segment;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/** Reads whole batches of a segment file one after the other, checking each one's CRC. Blocking; not thread-safe. */
public final class BatchFileScan {
    private static final int PIECE_BYTES = 1 << 20;

    /** Takes the batches. */
    @FunctionalInterface
    public interface Visitor {
        /** Takes a batch whose CRC is good, valid during the call; or says why it does not belong there. */
        String take(RecordBatch batch);
    }

    private final FileHandle file;
    private final long end;
    private final BatchCursor cursor = new BatchCursor();
    private ByteBuf piece;
    private long position;

    /** Scans from a batch's position to the end of a range of the file. */
    public BatchFileScan(FileHandle file, long start, long end) {
        this.file = file;
        this.position = start;
        this.end = end;
        this.piece = Unpooled.buffer((int) Math.max(RecordBatch.HEADER_BYTES, Math.min(PIECE_BYTES, end - start)));
    }

    /** Where the next batch begins. */
    public long position() {
        return position;
    }

    /**
     * Goes on to the end.
     *
     * @return what is wrong with what stands at {@link #position}, or null at the end
     */
    public String run(Visitor visitor) throws IOException {
        while (position < end) {
            long before = position;
            fill();
            String problem = takeWhole(visitor);
            if (problem != null) {
                return problem;
            }
            if (position == before) {
                long size = piece.readableBytes() < RecordBatch.HEADER_BYTES
                        ? RecordBatch.HEADER_BYTES
                        : new RecordBatch().wrap(piece, 0).sizeInBytes();
                if (size > end - position) {
                    return "a batch of " + size + " bytes begins " + (end - position) + " before the end";
                }
                if (size <= piece.capacity()) {
                    return "the file ends early";
                }
                piece = Unpooled.buffer((int) size);
            }
        }
        return null;
    }

    private void fill() throws IOException {
        int length = (int) Math.min(piece.capacity(), end - position);
        piece.setIndex(0, file.read(piece.nioBuffer(0, length), position));
    }

    /** Passes the whole batches of the piece; null if what stopped it may be the piece's end. */
    private String takeWhole(Visitor visitor) {
        long start = position;
        cursor.wrap(piece);
        while (true) {
            switch (cursor.next()) {
                case BATCH -> {
                    RecordBatch batch = cursor.batch();
                    String problem = batch.isCrcValid() ? visitor.take(batch) : "CRC mismatch";
                    if (problem != null) {
                        return problem;
                    }
                    position = start + cursor.position() + batch.sizeInBytes();
                }
                case END, TRUNCATED -> {
                    return null;
                }
                case MALFORMED -> {
                    return "no batch begins here (" + cursor.fault() + ")";
                }
            }
        }
    }
}
