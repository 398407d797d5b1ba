package io.flotilla.log.segment;

import io.flotilla.log.ReadResult;
import io.flotilla.log.fs.FileBytes;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.wire.record.RecordBatch;
import java.io.IOException;
import java.util.Arrays;

/**
 * Picks what a {@link Selection} wants out of a segment file by the headers alone, as ranges to be sent from it: of a part
 * of the file that is known to be as it was written. Blocking; used once.
 */
final class FileSelection {
    /** What is less than this is copied: that costs less than a system call of its own for each part. */
    private static final int LEAST_SENT_BYTES = 16 << 10;

    private final FileHandle file;
    private final FileRange range;
    private final Selection selection;
    private final LogReader.Request request;
    private final long limit;
    /** Position and length of each. */
    private long[] ranges = new long[2];

    private int count;

    /** @param limit position after the last batch that may be taken */
    FileSelection(FileHandle file, FileRange range, LogReader.Request request, long limit) {
        this.file = file;
        this.range = range;
        this.request = request;
        this.selection = request.selection();
        this.limit = limit;
    }

    /**
     * Walks the headers from the one found on.
     *
     * @param firstIndex index of the first entry of the batch found
     * @return null if this is no case for sending from the file
     */
    FileRead take(BatchHeaders headers, long firstIndex) throws IOException {
        RecordBatch batch = headers.batch();
        Places places = new Places(batch.baseOffset(), request.terms());
        long start = headers.position();
        long end = start;
        long next = firstIndex;
        do {
            long last = Selection.lastIndexOf(batch, next);
            String problem = places.problemOf(batch, last);
            if (problem != null) {
                return FileRead.damaged(range, headers.position(), problem);
            }
            long batchEnd = headers.position() + batch.sizeInBytes();
            if (batchEnd > limit || selection.endsBefore(batch, last)) {
                break;
            }
            if (!selection.isBefore(last)) {
                if (selection.isWanted(batch)) {
                    add(headers.position(), batch.sizeInBytes());
                }
                selection.pass(batch, next, last);
            }
            places.pass(batch);
            next = last + 1;
            end = batchEnd;
        } while (headers.next());
        if (headers.problem() != null) {
            return FileRead.damaged(range, headers.position(), headers.problem());
        }
        if (selection.bytes() < LEAST_SENT_BYTES) {
            return null;
        }
        boolean fromDisk = file.prefetch(start, end - start);
        ReadResult result = new ReadResult.Batches(
                FileBytes.of(file, Arrays.copyOf(ranges, 2 * count)), selection.firstIndex(), selection.passedIndex());
        return new FileRead(result, start, end, fromDisk, true);
    }

    private void add(long position, int size) {
        if (count > 0 && ranges[2 * count - 2] + ranges[2 * count - 1] == position) {
            ranges[2 * count - 1] += size;
            return;
        }
        if (2 * count == ranges.length) {
            ranges = Arrays.copyOf(ranges, 2 * ranges.length);
        }
        ranges[2 * count] = position;
        ranges[2 * count + 1] = size;
        count++;
    }
}
