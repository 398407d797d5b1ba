package io.flotilla.log.inspect;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Walks the batches of a segment file that may be damaged: where no batch begins it goes on with the next good one. The
 * file's length is taken at the start, so that a broker may go on writing to it. Not thread-safe.
 */
final class SegmentWalk implements Closeable {
    /** What {@link #next} found. */
    enum Step {
        /** A batch, whole; {@link #isCrcValid} tells whether it is the one that was written. */
        BATCH,
        /** Bytes that belong to no batch, up to {@link #nextPosition}. */
        GAP,
        /** The end of the file. */
        END
    }

    private static final int WINDOW_BYTES = 1 << 20;

    private final FileHandle file;
    private final RecordBatch batch = new RecordBatch();
    private ByteBuf window = Unpooled.buffer(WINDOW_BYTES, Integer.MAX_VALUE);
    private long windowStart;
    private long size;
    private long position;
    private long next;
    private boolean crcValid;

    /** @throws java.nio.file.NoSuchFileException if the file is not there, or no longer */
    SegmentWalk(FileSystem files, Path path) throws IOException {
        file = files.open(path, FileSystem.Access.READ);
        size = file.size();
    }

    /** Moves on. */
    Step next() throws IOException {
        position = next;
        if (position >= size) {
            return Step.END;
        }
        if (isWhole(position)) {
            crcValid = batch.isCrcValid();
            int length = batch.sizeInBytes();
            if (crcValid || position + length == size || isWhole(position + length)) {
                isWhole(position);
                next = position + length;
                return Step.BATCH;
            }
        }
        next = position + 1;
        while (next < size && !(isWhole(next) && batch.isCrcValid())) {
            next++;
        }
        return Step.GAP;
    }

    /** The batch found; the same object every time. */
    RecordBatch batch() {
        return batch;
    }

    /** Whether the batch found has the checksum of its bytes. */
    boolean isCrcValid() {
        return crcValid;
    }

    /** Where what was found begins. */
    long position() {
        return position;
    }

    /** Where what was found ends. */
    long nextPosition() {
        return next;
    }

    /** Length of the file in bytes when it was opened, or shorter if it was cut since. */
    long size() {
        return size;
    }

    /** Whether something that looks like a batch lies whole in the file; if so the view is on it. */
    private boolean isWhole(long at) throws IOException {
        if (size - at < RecordBatch.HEADER_BYTES || !load(at, RecordBatch.HEADER_BYTES)) {
            return false;
        }
        batch.wrap(window, (int) (at - windowStart));
        int length = batch.sizeInBytes();
        boolean plausible =
                batch.magic() == RecordBatch.MAGIC_V2 && length >= RecordBatch.HEADER_BYTES && length <= size - at;
        if (!plausible || !load(at, length)) {
            return false;
        }
        batch.wrap(window, (int) (at - windowStart));
        return true;
    }

    /** Has bytes of the file in the window; false if the file turns out to end before. */
    private boolean load(long at, int length) throws IOException {
        if (at >= windowStart && at + length <= windowStart + window.writerIndex()) {
            return true;
        }
        int wanted = (int) Math.min(size - at, Math.max(length, WINDOW_BYTES));
        window.clear().ensureWritable(wanted);
        int read = file.read(window.nioBuffer(0, wanted), at);
        window.writerIndex(read);
        windowStart = at;
        if (read < wanted) {
            size = Math.min(size, at + read);
        }
        return read >= length;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
