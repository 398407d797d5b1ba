package io.flotilla.log.maintain;

import io.flotilla.log.Damage;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.LogConfig;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.IndexLookup;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.InvalidSnapshotException;
import io.flotilla.log.state.Snapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens a log's files after a stop or a crash: the newest good snapshot, then every batch after it, each checked. Only the
 * end of the last segment can have been torn by an interrupted write, and only there is anything cut; whatever else is wrong
 * is damage, and nothing is changed then (Protocol-Aware Recovery, FAST 2018). Blocking; used once.
 */
public final class Recovery {
    /** How it ended. */
    public sealed interface Outcome {
        /** The log's state; everything in it is durable. */
        record Recovered(LogState state, long scannedBytes, long cutBytes, String notes) implements Outcome {}

        /** The files cannot be trusted. */
        record Damaged(Damage damage) implements Outcome {}
    }

    private final FileSystem files;
    private final LogFiles logFiles;
    private final Path directory;
    private final LogConfig config;
    private final long nowMs;
    private final boolean suspect;
    private final List<String> notes = new ArrayList<>();
    private List<Long> present;
    private LogState state;
    private long commitMark;

    /**
     * @param commitMark index up to which the log is known to be committed and durable here
     * @param nowMs the present time
     * @param suspect a write or sync failed when the directory was last open
     */
    public Recovery(
            FileSystem files, LogFiles logFiles, LogConfig config, long commitMark, long nowMs, boolean suspect) {
        this.files = files;
        this.logFiles = logFiles;
        this.directory = logFiles.directory();
        this.config = config;
        this.commitMark = commitMark;
        this.nowMs = nowMs;
        this.suspect = suspect;
    }

    /**
     * Recovers the log.
     *
     * @param initialConfiguration the group's, used only if no snapshot can be read
     */
    public Outcome run(byte[] initialConfiguration) throws IOException {
        present = logFiles.segments();
        Snapshot snapshot = newestSnapshot(initialConfiguration);
        if (snapshot == null) {
            return damaged(directory, 0, "no snapshot can be read, and the log does not begin at offset 0");
        }
        commitMark = Math.max(commitMark, snapshot.index());
        state = new LogState(snapshot);
        Damage damage = checkSegments();
        return damage != null ? new Outcome.Damaged(damage) : scan();
    }

    private Snapshot newestSnapshot(byte[] initialConfiguration) throws IOException {
        List<Long> indexes = logFiles.snapshots();
        for (int i = indexes.size() - 1; i >= 0; i--) {
            Path file = SegmentFiles.snapshot(directory, indexes.get(i));
            try {
                return Snapshot.decode(SmallFiles.read(files, file));
            } catch (InvalidSnapshotException e) {
                notes.add(file.getFileName() + " is damaged (" + e.getMessage() + ")");
            }
        }
        boolean fromTheBeginning = !present.isEmpty() && present.get(0) == 0;
        return fromTheBeginning ? LogState.emptySnapshot(initialConfiguration) : null;
    }

    /** Holds the files against the snapshot's list, and gives the segment to be appended to its indexes. */
    private Damage checkSegments() throws IOException {
        if (!notes.isEmpty() && !present.isEmpty()) {
            // An older snapshot may list segments that retention has removed since.
            dropMissingBefore(present.get(0));
        }
        List<Segment> segments = state.segments();
        for (Segment segment : segments) {
            Path file = SegmentFiles.log(directory, segment.baseOffset());
            boolean last = segment == state.active();
            try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
                long size = handle.size();
                if (size < segment.size() || size > segment.size() && !last) {
                    return new Damage(
                            file,
                            Math.min(size, segment.size()),
                            "has " + size + " bytes where " + segment.size() + " were made durable");
                }
                if (last) {
                    segment.restoreIndex(
                            IndexLookup.restore(files, handle, directory, segment, config.indexIntervalBytes()), nowMs);
                }
            } catch (NoSuchFileException e) {
                return new Damage(file, 0, "is missing");
            } catch (DamagedLogException e) {
                return e.damage();
            }
        }
        return null;
    }

    private void dropMissingBefore(long firstPresent) {
        boolean listed = state.segments().stream().anyMatch(segment -> segment.baseOffset() == firstPresent);
        if (listed) {
            state.advanceLogStart(Math.max(firstPresent, state.logStartOffset()));
        }
    }

    private Outcome scan() throws IOException {
        long scanned = 0;
        List<Segment> closed = new ArrayList<>();
        while (true) {
            Segment segment = state.active();
            Path file = SegmentFiles.log(directory, segment.baseOffset());
            Long next = present.stream()
                    .filter(base -> base > segment.baseOffset())
                    .findFirst()
                    .orElse(null);
            try (FileHandle handle = files.open(file, FileSystem.Access.WRITE)) {
                long start = segment.size();
                TailScan scan = new TailScan(handle, state, config, nowMs, commitMark);
                TailScan.Result result = scan.run();
                scanned += segment.size() - start;
                if (result.reason() != null && (next != null || !result.torn())) {
                    return damaged(file, segment.size(), result.reason());
                }
                if (next == null) {
                    return state.lastIndex() < commitMark
                            ? damaged(file, segment.size(), endsEarly())
                            : finish(handle, scan, scanned, closed, result.reason());
                }
            }
            if (next != state.endOffset()) {
                return damaged(
                        file,
                        segment.size(),
                        "ends at offset " + state.endOffset() + ", but the next segment" + " begins at " + next);
            }
            closed.add(segment);
            state.roll();
        }
    }

    private String endsEarly() {
        return "the log ends at index " + state.lastIndex() + ", but index " + commitMark
                + " was durable and committed";
    }

    private Outcome finish(FileHandle last, TailScan scan, long scanned, List<Segment> closed, String cutReason)
            throws IOException {
        long cut = last.size() - state.active().size();
        if (cut > 0) {
            notes.add("cut " + cut + " bytes of an interrupted write (" + cutReason + ")");
            last.truncate(state.active().size());
        }
        if (suspect) {
            scan.rewriteEnd();
        }
        // What a killed process wrote may stand in the system's cache only.
        last.sync();
        for (Segment segment : closed) {
            logFiles.writeIndexes(segment);
        }
        for (long base : present) {
            if (base < state.segments().get(0).baseOffset()) {
                logFiles.dropSegment(base);
            }
        }
        logFiles.removeLeftovers();
        files.syncDirectory(directory);
        return new Outcome.Recovered(state, scanned, cut, String.join("; ", notes));
    }

    private static Outcome damaged(Path file, long position, String reason) {
        return new Outcome.Damaged(new Damage(file, position, reason));
    }
}
