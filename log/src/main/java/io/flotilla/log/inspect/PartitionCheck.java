package io.flotilla.log.inspect;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.LogWriter;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.segment.TermRule;
import io.flotilla.log.state.InvalidSnapshotException;
import io.flotilla.log.state.SegmentState;
import io.flotilla.log.state.Snapshot;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Checks one partition's directory: each segment, batch by batch, and that indexes and snapshots say what segments say. */
final class PartitionCheck {
    private static final int MOST_DECOMPRESSED_BYTES = 1 << 29;

    private final FileSystem files;
    private final Path directory;
    private final boolean stoppedCleanly;
    private final Consumer<Problem> out;
    private final Map<Long, Snapshot> snapshots = new TreeMap<>();
    private final Walked walked = new Walked();
    private long commitMark;
    private int segments;
    private long bytes;
    private long entries;
    private long records;

    /**
     * @param commitMark index up to which the log is known to be committed and durable here
     * @param stoppedCleanly no write can have been interrupted
     */
    PartitionCheck(FileSystem files, Path directory, long commitMark, boolean stoppedCleanly, Consumer<Problem> out) {
        this.files = files;
        this.directory = directory;
        this.commitMark = commitMark;
        this.stoppedCleanly = stoppedCleanly;
        this.out = out;
    }

    int segments() {
        return segments;
    }

    long bytes() {
        return bytes;
    }

    long entries() {
        return entries;
    }

    long records() {
        return records;
    }

    /** Snapshots are read first: they tell of what has been written, and a running broker writes on. */
    void run() throws IOException {
        readSnapshots();
        Snapshot newest = snapshots.values().stream().reduce(null, (older, newer) -> newer);
        long[] present = numbers(SegmentFiles.LOG);
        if (newest == null && (present.length == 0 || present[0] != 0)) {
            damage(directory, 0, "no snapshot can be read, and the log does not begin at offset 0");
            return;
        }
        SegmentState first = newest == null ? null : firstPresent(newest, present);
        long start = first == null ? 0 : first.baseOffset();
        walked.startAt(first == null ? 1 : first.baseIndex());
        commitMark = newest == null ? commitMark : Math.max(commitMark, newest.index());
        boolean broken = false;
        for (int i = 0; i < present.length; i++) {
            if (present[i] < start) {
                note(SegmentFiles.log(directory, present[i]), "lies before the log's start: to be removed");
            } else if (walked.isMerged(present[i])) {
                note(SegmentFiles.log(directory, present[i]), "was merged into the segment before: to be removed");
            } else {
                broken |= !segment(present[i], i + 1 == present.length);
            }
        }
        if (!broken) {
            checkEnd(newest, present);
        }
    }

    /** The first of a snapshot's segments that is there: retention may have gone on since. */
    private static SegmentState firstPresent(Snapshot snapshot, long[] present) {
        return snapshot.segments().stream()
                .filter(segment -> Arrays.binarySearch(present, segment.baseOffset()) >= 0)
                .findFirst()
                .orElse(snapshot.segments().get(0));
    }

    private void checkEnd(Snapshot newest, long[] present) {
        if (present.length == 0 || walked.lastIndex() < commitMark) {
            Path last = present.length == 0 ? directory : SegmentFiles.log(directory, present[present.length - 1]);
            damage(
                    last,
                    0,
                    "the log ends at index " + walked.lastIndex() + ", but index " + commitMark
                            + " was durable and committed");
        }
        snapshots.values().forEach(this::compare);
        if (newest != null) {
            for (SegmentState segment : newest.segments()) {
                boolean isThere = walked.hasSegment(segment.baseOffset()) || walked.isMerged(segment.baseOffset());
                if (segment.baseIndex() > walked.firstIndex() && !isThere) {
                    damage(SegmentFiles.log(directory, segment.baseOffset()), 0, "is missing");
                }
            }
        }
    }

    private void compare(Snapshot snapshot) {
        String disagreement = walked.disagreement(snapshot);
        if (disagreement != null) {
            damage(SegmentFiles.snapshot(directory, snapshot.index()), 0, disagreement);
        }
    }

    private long[] numbers(String suffix) throws IOException {
        return files.list(directory).stream()
                .mapToLong(name -> SegmentFiles.number(name, suffix))
                .filter(number -> number >= 0)
                .sorted()
                .toArray();
    }

    private void readSnapshots() throws IOException {
        for (long index : numbers(SegmentFiles.SNAPSHOT)) {
            Path file = SegmentFiles.snapshot(directory, index);
            try {
                Snapshot snapshot = Snapshot.decode(SmallFiles.read(files, file));
                if (snapshot.index() == index && !snapshot.segments().isEmpty()) {
                    snapshots.put(index, snapshot);
                } else {
                    damage(file, 0, "is a snapshot at index " + snapshot.index());
                }
            } catch (InvalidSnapshotException e) {
                damage(file, 0, "the snapshot cannot be read: " + e.getMessage());
            } catch (NoSuchFileException e) {
                // Replaced by a newer one meanwhile.
                continue;
            }
        }
    }

    /** Checks a segment; false if it is so damaged that what comes after it cannot be judged. */
    private boolean segment(long baseOffset, boolean last) throws IOException {
        Path file = SegmentFiles.log(directory, baseOffset);
        try (SegmentWalk walk = new SegmentWalk(files, file)) {
            segments++;
            bytes += walk.size();
            if (walked.begin(baseOffset)) {
                damage(file, 0, "begins at offset " + baseOffset + " where " + walked.endOffset() + " belongs");
                walked.resumeAt(baseOffset);
            }
            IndexCheck index = new IndexCheck(files, directory, baseOffset, walk.size(), last, out);
            boolean whole = walk(walk, file, last, index);
            walked.end(walk.size());
            if (whole) {
                index.finish();
            }
            return whole;
        } catch (NoSuchFileException e) {
            note(file, "was removed meanwhile");
            return false;
        }
    }

    private boolean walk(SegmentWalk walk, Path file, boolean last, IndexCheck index) throws IOException {
        boolean whole = true;
        for (SegmentWalk.Step step = walk.next(); step != SegmentWalk.Step.END; step = walk.next()) {
            String wrong = step == SegmentWalk.Step.GAP ? gap(walk) : walk.isCrcValid() ? null : "CRC mismatch";
            if (wrong != null) {
                boolean torn = last && !stoppedCleanly && walked.lastIndex() >= commitMark && isAtEnd(walk);
                if (torn) {
                    note(file, walk.position(), wrong + ": an interrupted write, to be cut at the next start");
                    return true;
                }
                damage(file, walk.position(), wrong);
                whole = false;
            }
            if (step == SegmentWalk.Step.BATCH) {
                batch(walk, file);
                index.batch(walk.position(), walk.batch());
            }
        }
        return whole;
    }

    private static String gap(SegmentWalk walk) {
        long length = walk.nextPosition() - walk.position();
        String end = walk.nextPosition() == walk.size() ? " are left" : " before the next one";
        return "no batch begins here; " + length + " bytes" + end;
    }

    /** Whether one round of writes may have reached from here to the end of the file. */
    private static boolean isAtEnd(SegmentWalk walk) {
        return walk.nextPosition() == walk.size() || walk.size() - walk.position() <= LogWriter.MOST_UNSYNCED_BYTES;
    }

    private void batch(SegmentWalk walk, Path file) {
        RecordBatch batch = walk.batch();
        entries++;
        if (batch.baseOffset() != walked.endOffset()) {
            damage(
                    file,
                    walk.position(),
                    "base offset " + batch.baseOffset() + " where " + walked.endOffset() + " belongs");
            walked.resumeAt(batch.baseOffset());
        }
        String wrongTerm = walk.isCrcValid() ? TermRule.objection(batch, walked.lastTerm()) : null;
        if (wrongTerm != null) {
            damage(file, walk.position(), wrongTerm);
        }
        walked.append(batch);
        if (walk.isCrcValid()) {
            checkContent(batch, file, walk.position());
        }
    }

    private void checkContent(RecordBatch batch, Path file, long position) {
        try {
            if (batch.isRaftEntry()) {
                RaftEntryBatch.parse(batch);
            } else {
                Records.forEach(batch, MOST_DECOMPRESSED_BYTES, record -> records++);
            }
        } catch (InvalidBatchException | IndexOutOfBoundsException e) {
            // The checksum is right, so this is what came from the producer.
            note(file, position, "records that cannot be read, though as they came: " + e.getMessage());
        }
    }

    private void damage(Path file, long position, String what) {
        out.accept(new Problem(true, file, position, what));
    }

    private void note(Path file, String what) {
        note(file, 0, what);
    }

    private void note(Path file, long position, String what) {
        out.accept(new Problem(false, file, position, what));
    }
}
