package io.flotilla.log.segment;

import io.flotilla.log.DamagedLogException;
import io.flotilla.log.ReadResult;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;

/**
 * Reads batches from segment files: what is no longer in memory. Each batch's CRC is checked, and its place and term, so a flipped bit
 * is reported and never served; only the CRC of what was checked or written a short time ago is not computed again, if the bytes can be
 * sent from the file. Blocking, for background threads; stateless.
 */
public final class LogReader {
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
     * @param checked where the file is known to be as it was written: what is read there may be sent from it
     */
    public record Request(
            long offset,
            int raftEntriesBefore,
            long fromIndex,
            long lastIndex,
            int maxBytes,
            boolean atLeastOne,
            boolean withRaftEntries,
            List<TermStart> terms,
            FileRanges checked) {
        Selection selection() {
            return new Selection(fromIndex, lastIndex, maxBytes, atLeastOne, withRaftEntries);
        }
    }

    /** Reads from one segment; the result may hold less than asked if the segment ends first. */
    public FileRead read(FileRange range, Request request) {
        try {
            FileHandle file = files.open(range.file(), FileSystem.Access.READ_SHARED);
            boolean held = false;
            try {
                FileRead read = read(file, range, request);
                held = read.holdsFile();
                return read;
            } finally {
                if (!held) {
                    file.close();
                }
            }
        } catch (ShortageException e) {
            return FileRead.without(new ReadResult.Unavailable(e));
        } catch (IOException e) {
            return FileRead.damaged(range, 0, "cannot be read: " + e);
        } catch (DamagedLogException e) {
            return FileRead.damaged(range, e.damage().position(), e.damage().reason());
        }
    }

    private FileRead read(FileHandle file, FileRange range, Request request) throws IOException {
        long start = range.start() == FileRange.UNKNOWN
                ? lookup.positionBefore(file, range, request.offset())
                : range.start();
        BatchHeaders headers = new BatchHeaders(file, start, range.end());
        if (!find(headers, request, start == 0 ? range.baseOffset() : UNKNOWN_OFFSET)) {
            return FileRead.damaged(range, headers.position(), problem(headers, request));
        }
        RecordBatch first = headers.batch();
        long position = headers.position();
        long firstOffset = first.baseOffset();
        long index = first.isRaftEntry() ? request.fromIndex() : request.fromIndex() - (request.offset() - firstOffset);
        long checkedEnd = request.checked().endFrom(position);
        if (checkedEnd > position) {
            FileRead sent = new FileSelection(file, range, request, checkedEnd).take(headers, index);
            if (sent != null) {
                return sent;
            }
        }
        CopiedRead copied = new CopiedRead(file, range, request, allocator);
        return copied.take(position, firstOffset, index);
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

    /**
     * Brings a range of a segment into the system's memory, for somebody who is about to read it.
     *
     * @return whether the disk had to be waited for; false if the file cannot be read
     */
    public boolean prefetch(FileRange range, long position, long length) {
        try (FileHandle file = files.open(range.file(), FileSystem.Access.READ_SHARED)) {
            return file.prefetch(position, length);
        } catch (IOException e) {
            // Whoever reads it finds out what is wrong.
            return false;
        }
    }
}
