package io.flotilla.log.inspect;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.index.IndexFiles;
import io.flotilla.log.index.SegmentIndex;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.wire.record.RecordBatch;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Holds a segment's index files against its batches as they are walked. The index of the last segment is written when a
 * broker stops, so it may be out of date; that of another may be missing, and is then made anew when it is needed.
 */
final class IndexCheck {
    private final Path offsetFile;
    private final Path timeFile;
    private final Consumer<Problem> out;
    private final SegmentIndex index;
    private int offsetSlot;
    private int timeSlot;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;

    /** @param size bytes of the segment, which tell whether the index is of the segment as it is */
    IndexCheck(FileSystem files, Path directory, long baseOffset, long size, boolean last, Consumer<Problem> out)
            throws IOException {
        this.offsetFile = SegmentFiles.index(directory, baseOffset);
        this.timeFile = SegmentFiles.timeIndex(directory, baseOffset);
        this.out = out;
        this.index = load(files, directory, baseOffset, size, last);
    }

    private SegmentIndex load(FileSystem files, Path directory, long baseOffset, long size, boolean last)
            throws IOException {
        try (FileHandle offsets = files.open(offsetFile, FileSystem.Access.READ);
                FileHandle times = files.open(timeFile, FileSystem.Access.READ)) {
            SegmentIndex loaded = IndexFiles.load(offsets, times, baseOffset, size);
            boolean bad = loaded == null && !last && times.size() > 0;
            // A broker at work may have dropped the segment since, and its indexes after it.
            if (bad
                    && files.exists(SegmentFiles.log(directory, baseOffset))
                    && loadAgain(files, baseOffset, size) == null) {
                damage(timeFile, 0, "does not pass its check: the indexes will be made anew");
            }
            return loaded;
        } catch (NoSuchFileException e) {
            if (!last) {
                out.accept(new Problem(false, Path.of(e.getFile()), 0, "is missing: it will be made anew"));
            }
            return null;
        }
    }

    /** The two files may have been read while a broker made them anew. */
    private SegmentIndex loadAgain(FileSystem files, long baseOffset, long size) throws IOException {
        try (FileHandle offsets = files.open(offsetFile, FileSystem.Access.READ);
                FileHandle times = files.open(timeFile, FileSystem.Access.READ)) {
            return IndexFiles.load(offsets, times, baseOffset, size);
        }
    }

    /** The next batch of the segment. */
    void batch(long position, RecordBatch batch) {
        if (index == null || batch.isRaftEntry()) {
            return;
        }
        maxTimestamp = Math.max(maxTimestamp, batch.latestTimestamp());
        if (offsetSlot < index.size() && index.positionAt(offsetSlot) <= position) {
            if (index.positionAt(offsetSlot) != position || index.offsetAt(offsetSlot) != batch.lastOffset()) {
                damage(
                        offsetFile,
                        (long) offsetSlot * IndexFiles.OFFSET_ENTRY,
                        "says that the batch at byte " + index.positionAt(offsetSlot) + " ends at offset "
                                + index.offsetAt(offsetSlot));
            }
            offsetSlot++;
        }
        while (timeSlot < index.timesSize() && index.timeOffsetAt(timeSlot) <= batch.lastOffset()) {
            if (index.timeOffsetAt(timeSlot) != batch.lastOffset() || index.timeAt(timeSlot) != maxTimestamp) {
                damage(
                        timeFile,
                        (long) timeSlot * IndexFiles.TIME_ENTRY,
                        "says that the latest time up to offset " + index.timeOffsetAt(timeSlot) + " is "
                                + index.timeAt(timeSlot) + ", the segment says " + maxTimestamp);
            }
            timeSlot++;
        }
    }

    /** The segment is over. */
    void finish() {
        if (index != null && offsetSlot < index.size()) {
            damage(offsetFile, (long) offsetSlot * IndexFiles.OFFSET_ENTRY, "goes on where the segment ends");
        }
        if (index != null && timeSlot < index.timesSize()) {
            damage(timeFile, (long) timeSlot * IndexFiles.TIME_ENTRY, "goes on where the segment ends");
        }
    }

    private void damage(Path file, long position, String what) {
        out.accept(new Problem(true, file, position, what));
    }
}
