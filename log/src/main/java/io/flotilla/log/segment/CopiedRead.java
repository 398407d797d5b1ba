package io.flotilla.log.segment;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A read that copies batches from a segment file into memory, piece by piece, and checks each. Blocking; used once. */
final class CopiedRead {
    /** Read at least this much at a time, so that an index entry's distance is not read in small pieces. */
    private static final int LEAST_READ_BYTES = 8 << 10;

    private final FileHandle file;
    private final FileRange range;
    private final LogReader.Request request;
    private final ByteBufAllocator allocator;
    private final BatchSelection selection;
    private long position;
    private long index;
    private long least = LEAST_READ_BYTES;
    private boolean fromDisk;

    CopiedRead(FileHandle file, FileRange range, LogReader.Request request, ByteBufAllocator allocator) {
        this.file = file;
        this.range = range;
        this.request = request;
        this.allocator = allocator;
        this.selection = new BatchSelection(request.selection());
    }

    /**
     * Reads on until enough or the end of the range.
     *
     * @param start position of the batch that holds what is wanted
     * @param offset its base offset
     * @param firstIndex index of its first entry
     */
    FileRead take(long start, long offset, long firstIndex) throws IOException {
        position = start;
        index = firstIndex;
        selection.verifyFrom(offset, request.terms());
        boolean whole = false;
        try {
            while (!selection.isComplete() && position < range.end() && selection.bytes() == 0) {
                String problem = takePiece();
                if (problem != null) {
                    return FileRead.damaged(range, position, problem);
                }
            }
            whole = true;
        } finally {
            if (!whole) {
                selection.release();
            }
        }
        return new FileRead(selection.toResult(), start, position, fromDisk, false);
    }

    /** Takes what is wanted of one more piece; says what is wrong with what stands at the position, or null. */
    private String takePiece() throws IOException {
        long wanted = Math.max(least, request.maxBytes());
        int length = (int) Math.min(wanted, range.end() - position);
        fromDisk |= file.prefetch(position, length);
        ByteBuf piece = allocator.directBuffer(length);
        try {
            ByteBuffer target = piece.nioBuffer(0, length);
            piece.writerIndex(file.read(target, position));
            int stopped = selection.take(piece, 0, piece.writerIndex(), index);
            position += stopped;
            if (selection.damage() != null) {
                return selection.damage();
            }
            if (stopped == 0 && !selection.isComplete()) {
                // The next batch is larger than the piece: it was only wanted if nothing was taken so far.
                least = piece.writerIndex() >= RecordBatch.HEADER_BYTES
                        ? new RecordBatch().wrap(piece, 0).sizeInBytes()
                        : 0;
                if (least <= wanted || least > range.end() - position) {
                    return "no whole batch begins here";
                }
            }
            index = Math.max(index, selection.passedIndex() + 1);
            return null;
        } finally {
            piece.release();
        }
    }
}
