package io.flotilla.log.segment;

import io.flotilla.log.Damage;
import io.flotilla.log.ReadResult;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads batches from segment files: what is no longer in memory. Each batch's CRC is checked, and its place and term, so a flipped bit
 * is reported and never served. Files are opened for each read, which bounds how many are open by how many reads run. Blocking, for
 * background threads; stateless.
 */
public final class LogReader {
    /** Read at least this much at a time, so that an index entry's distance is not read in small pieces. */
    private static final int LEAST_READ_BYTES = 8 << 10;

    private static final long UNKNOWN_OFFSET = -1;

    private final FileSystem files;
    private final ByteBufAllocator allocator;
    private final IndexLookup lookup;

    /** @param indexInterval bytes between entries of indexes that must be made anew */
    public LogReader(FileSystem files, ByteBufAllocator allocator, int indexInterval) {
        this.files = files;
        this.allocator = allocator;
        this.lookup = new IndexLookup(files, indexInterval);
    }

    /**
     * What to read.
     *
     * @param offset offset of the first record wanted, or for a Raft entry the offset of the next record
     * @param raftEntriesBefore how many Raft entries of the segment stand between the record before that offset and the
     *     first entry wanted
     * @param fromIndex index of the first entry wanted
     * @param lastIndex read no batch that ends after this
     * @param terms the term at {@code fromIndex} and those that begin after it
     */
    public record Request(
            long offset,
            int raftEntriesBefore,
            long fromIndex,
            long lastIndex,
            int maxBytes,
            boolean atLeastOne,
            boolean withRaftEntries,
            List<TermStart> terms) {}

    /** Reads from one segment; the result may hold less than asked if the segment ends first. */
    public ReadResult read(FileRange range, Request request) {
        BatchSelection selection = new BatchSelection(
                request.fromIndex(),
                request.lastIndex(),
                request.maxBytes(),
                request.atLeastOne(),
                request.withRaftEntries());
        Damage damage;
        try (FileHandle file = files.open(range.file(), FileSystem.Access.READ)) {
            damage = read(file, range, request, selection);
        } catch (IOException e) {
            damage = new Damage(range.file(), 0, "cannot be read: " + e);
        }
        if (damage != null) {
            selection.release();
            return new ReadResult.Damaged(damage);
        }
        return selection.toResult();
    }

    private Damage read(FileHandle file, FileRange range, Request request, BatchSelection selection)
            throws IOException {
        long start = range.start() == FileRange.UNKNOWN
                ? lookup.positionBefore(file, range, request.offset())
                : range.start();
        BatchHeaders headers = new BatchHeaders(file, start, range.end());
        if (!find(headers, request, start == 0 ? range.baseOffset() : UNKNOWN_OFFSET)) {
            return new Damage(range.file(), headers.position(), problem(headers, request));
        }
        RecordBatch first = headers.batch();
        long index = first.isRaftEntry()
                ? request.fromIndex()
                : request.fromIndex() - (request.offset() - first.baseOffset());
        selection.verifyFrom(first.baseOffset(), request.terms());
        return take(file, range, headers.position(), index, selection, request.maxBytes());
    }

    /** Walks to the batch that holds what is wanted; false where there is none, or a batch stands in a wrong place. */
    private static boolean find(BatchHeaders headers, Request request, long firstOffset) throws IOException {
        int raftEntries = request.raftEntriesBefore();
        long expected = firstOffset;
        while (headers.next()) {
            RecordBatch batch = headers.batch();
            if (expected != UNKNOWN_OFFSET && batch.baseOffset() != expected) {
                return false;
            }
            expected = batch.nextOffset();
            if (batch.nextOffset() > request.offset()) {
                return batch.baseOffset() <= request.offset();
            }
            if (batch.isRaftEntry() && batch.baseOffset() == request.offset() && raftEntries-- == 0) {
                return true;
            }
        }
        return false;
    }

    private static String problem(BatchHeaders headers, Request request) {
        return headers.problem() != null
                ? headers.problem()
                : "no batch for index " + request.fromIndex() + ", offset " + request.offset();
    }

    /** Reads pieces of the file and takes the batches in them, until enough or the end of the range. */
    private Damage take(
            FileHandle file, FileRange range, long start, long firstIndex, BatchSelection selection, int maxBytes)
            throws IOException {
        long position = start;
        long index = firstIndex;
        long least = LEAST_READ_BYTES;
        while (!selection.isComplete() && position < range.end()) {
            long wanted = Math.max(least, maxBytes - selection.bytes());
            ByteBuf piece = allocator.directBuffer((int) Math.min(wanted, range.end() - position));
            try {
                ByteBuffer target = piece.nioBuffer(0, piece.capacity());
                int length = file.read(target, position);
                piece.writerIndex(length);
                int stopped = selection.take(piece, 0, length, index);
                if (selection.damage() != null) {
                    return new Damage(range.file(), position + stopped, selection.damage());
                }
                if (stopped == 0 && !selection.isComplete()) {
                    // The next batch is larger than the piece: it was only wanted if nothing was taken so far.
                    least = length >= RecordBatch.HEADER_BYTES
                            ? new RecordBatch().wrap(piece, 0).sizeInBytes()
                            : 0;
                    if (least <= wanted || least > range.end() - position) {
                        return new Damage(range.file(), position, "no whole batch begins here");
                    }
                }
                position += stopped;
                index = Math.max(index, selection.passedIndex() + 1);
            } finally {
                piece.release();
            }
            if (selection.bytes() > 0) {
                return null;
            }
        }
        return null;
    }
}
