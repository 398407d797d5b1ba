package io.flotilla.log.segment;

import io.flotilla.log.DamagedSpot;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.RecordBatch;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Looks through a part of a segment file for the first batch that is not what was written: its CRC, its base offset and its
 * term, which the CRC does not cover, are checked. Blocking; used once.
 */
public final class SegmentCheck {
    private final FileRange range;
    private final List<TermStart> terms;
    private final long lastIndex;
    private long index;
    private long offset;
    private String problem;

    /**
     * @param range from its start, which must be known, to its end
     * @param index index of the first entry of the batch at the start
     * @param offset base offset of that batch
     * @param terms the terms of all entries in the range
     * @param lastIndex damage found may be repaired up to this index
     */
    public SegmentCheck(FileRange range, long index, long offset, List<TermStart> terms, long lastIndex) {
        this.range = range;
        this.index = index;
        this.offset = offset;
        this.terms = terms;
        this.lastIndex = lastIndex;
    }

    /** Where the damage begins, or null if there is none. */
    public DamagedSpot run(FileSystem files) throws IOException {
        long position;
        try (FileHandle file = files.open(range.file(), FileSystem.Access.READ)) {
            BatchFileScan scan = new BatchFileScan(file, range.start(), range.end());
            problem = scan.run(this::take);
            position = scan.position();
        } catch (NoSuchFileException e) {
            position = range.start();
            problem = "the file is missing";
        }
        return problem == null
                ? null
                : new DamagedSpot(
                        range.baseOffset(),
                        position,
                        range.end(),
                        index,
                        offset,
                        TermStart.termAt(terms, index - 1),
                        lastIndex);
    }

    private String take(RecordBatch batch) {
        int term = TermStart.termAt(terms, index);
        if (batch.baseOffset() != offset) {
            return "base offset " + batch.baseOffset() + " where " + offset + " belongs";
        }
        if (batch.partitionLeaderEpoch() != term) {
            return "term " + batch.partitionLeaderEpoch() + " where " + term + " belongs";
        }
        index += batch.isRaftEntry() ? 1 : batch.offsetCount();
        offset = batch.nextOffset();
        return null;
    }

    /** What is wrong at the spot found. */
    public String problem() {
        return problem;
    }
}
