package io.flotilla.log.segment;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the batch headers of a segment file without reading the records. It checks that each batch lies within the range,
 * not its CRC. Blocking; not thread-safe.
 */
final class BatchHeaders {
    private static final int CHUNK_BYTES = 8 << 10;

    private final FileHandle file;
    private final long end;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private final ByteBuf view = Unpooled.wrappedBuffer(chunk.array());
    private final RecordBatch batch = new RecordBatch();
    private long chunkStart;
    private int chunkLength;
    private long position = -1;
    private long next;
    /** Of the batch found last, in bytes. */
    private int size;

    private String problem;

    /** Walks from a batch's position up to the end of the range. */
    BatchHeaders(FileHandle file, long start, long end) {
        this.file = file;
        this.next = start;
        this.end = end;
    }

    /** Moves to the next header; false at the end of the range, or where there is no batch ({@link #problem}). */
    boolean next() throws IOException {
        position = next;
        if (position == end) {
            return false;
        }
        if (end - position < RecordBatch.HEADER_BYTES) {
            problem = "no room for a batch header";
            return false;
        }
        if (position < chunkStart || position + RecordBatch.HEADER_BYTES > chunkStart + chunkLength) {
            chunkStart = position;
            // After a batch that is larger than a chunk the header is all of the next one that will be looked at.
            chunkLength = file.read(
                    chunk.clear().limit(size > CHUNK_BYTES ? RecordBatch.HEADER_BYTES : CHUNK_BYTES), position);
            if (chunkLength < RecordBatch.HEADER_BYTES) {
                problem = "the file ends early";
                return false;
            }
        }
        batch.wrap(view, (int) (position - chunkStart));
        size = batch.sizeInBytes();
        if (batch.magic() != RecordBatch.MAGIC_V2 || size < RecordBatch.HEADER_BYTES || size > end - position) {
            problem = "no batch begins here";
            return false;
        }
        next = position + size;
        return true;
    }

    /** The header found; only the header can be read. The same object every time. */
    RecordBatch batch() {
        return batch;
    }

    /** Where the header found begins, or where the walk stopped. */
    long position() {
        return position;
    }

    /** What ended the walk early, or null. */
    String problem() {
        return problem;
    }
}
