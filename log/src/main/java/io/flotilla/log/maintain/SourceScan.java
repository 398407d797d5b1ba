package io.flotilla.log.maintain;

import io.flotilla.log.Damage;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.index.TermStart;
import io.flotilla.log.segment.BatchFileScan;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.SegmentState;
import io.flotilla.wire.record.RecordBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Walks the batches of a closed segment, in pieces, each checked: CRC, place and term. Blocking; not thread-safe. */
final class SourceScan implements Closeable {
    /** What the walk is told where it pauses. */
    private static final String PAUSE = "pause";

    private final Path path;
    private final FileHandle file;
    private final BatchFileScan scan;
    private final List<TermStart> terms;
    private long index;
    private long offset;

    /** Opens a segment that is as it is listed. */
    SourceScan(FileSystem files, Path directory, SegmentState segment, List<TermStart> terms) throws IOException {
        this.path = SegmentFiles.log(directory, segment.baseOffset());
        this.file = files.open(path, FileSystem.Access.READ);
        this.scan = new BatchFileScan(file, 0, segment.size());
        this.terms = terms;
        this.index = segment.baseIndex();
        this.offset = segment.baseOffset();
    }

    /**
     * Goes on.
     *
     * @param visitor takes a batch, valid during the call, and says whether to go on at once
     * @return whether the segment's end is reached
     * @throws DamagedLogException if something else stands there than was written
     */
    boolean run(Predicate<RecordBatch> visitor) throws IOException {
        boolean[] pause = {false};
        String problem = scan.run(batch -> {
            if (pause[0]) {
                return PAUSE;
            }
            String objection = objection(batch);
            if (objection == null) {
                pause[0] = !visitor.test(batch);
                index += batch.isRaftEntry() ? 1 : batch.offsetCount();
                offset = batch.nextOffset();
            }
            return objection;
        });
        if (problem != null && !problem.equals(PAUSE)) {
            throw new DamagedLogException(new Damage(path, scan.position(), problem));
        }
        return problem == null;
    }

    private String objection(RecordBatch batch) {
        int term = TermStart.termAt(terms, index);
        if (batch.baseOffset() != offset) {
            return "base offset " + batch.baseOffset() + " where " + offset + " belongs";
        }
        return batch.partitionLeaderEpoch() == term
                ? null
                : "term " + batch.partitionLeaderEpoch() + " where " + term + " belongs";
    }

    /** Index of the entry after those passed. */
    long nextIndex() {
        return index;
    }

    /** Offset of the record after those passed. */
    long nextOffset() {
        return offset;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
