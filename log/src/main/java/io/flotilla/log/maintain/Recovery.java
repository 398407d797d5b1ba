package io.flotilla.log.maintain;

import io.flotilla.log.Damage;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.DamagedSpot;
import io.flotilla.log.LogConfig;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.FileRange;
import io.flotilla.log.segment.IndexLookup;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.Quarantine;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.segment.SegmentCheck;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.InvalidSnapshotException;
import io.flotilla.log.state.LastStop;
import io.flotilla.log.state.Snapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens a log's files after a stop or a crash: the newest good snapshot, then every batch after it, each checked. What an
 * interrupted write explains is cut off the end. Damage below what is known to be committed is never cut: it is to be
 * repaired from other replicas. Damage after that may have been acknowledged and may not: it is cut too, kept aside, and the
 * replica is marked as forgetful, so that it does not vote as if it remembered. Blocking; used once.
 */
public final class Recovery {
    /** How it ended. */
    public sealed interface Outcome {
        /** The log's state; everything in it is durable. */
        record Recovered(LogState state, long scannedBytes, long cutBytes, String notes) implements Outcome {}

        /**
         * The files cannot be trusted; nothing was changed.
         *
         * @param spot where a repair has to begin, or null if there is none
         */
        record Damaged(Damage damage, DamagedSpot spot) implements Outcome {}
    }

    private final FileSystem files;
    private final LogFiles logFiles;
    private final Path directory;
    private final LogConfig config;
    private final long nowMs;
    private final LastStop lastStop;
    private final boolean hasPeers;
    private final List<String> notes = new ArrayList<>();
    private List<Long> present;
    private final List<Segment> closed = new ArrayList<>();
    private LogState state;
    private long commitMark;
    private long scanned;

    /**
     * @param commitMark index up to which the log is known to be committed and durable here
     * @param nowMs the present time
     * @param lastStop how the directory was last closed
     * @param hasPeers other replicas hold this log too: what cannot be trusted may be cut, and fetched again
     */
    public Recovery(
            FileSystem files,
            LogFiles logFiles,
            LogConfig config,
            long commitMark,
            long nowMs,
            LastStop lastStop,
            boolean hasPeers) {
        this.files = files;
        this.logFiles = logFiles;
        this.directory = logFiles.directory();
        this.config = config;
        this.commitMark = commitMark;
        this.nowMs = nowMs;
        this.lastStop = lastStop;
        this.hasPeers = hasPeers;
    }

    /**
     * Recovers the log.
     *
     * @param initialConfiguration the group's, used only if no snapshot can be read
     */
    public Outcome run(byte[] initialConfiguration) throws IOException {
        present = logFiles.segments();
        List<Snapshot> snapshots = snapshots(initialConfiguration);
        if (snapshots.isEmpty()) {
            String reason = "no snapshot can be read, and the log does not begin at offset 0";
            return new Outcome.Damaged(new Damage(directory, 0, reason), null);
        }
        Outcome damaged = null;
        for (Snapshot snapshot : snapshots) {
            commitMark = Math.max(commitMark, snapshot.index());
            state = new LogState(snapshot);
            Outcome damage = checkSegments();
            if (damage == null) {
                return scan();
            }
            damaged = damaged == null ? damage : damaged;
            if (notes.isEmpty()) {
                break;
            }
        }
        return damaged;
    }

    /** The good snapshots, newest first. Those after the first count if that is not the newest: compaction may have gone past it. */
    private List<Snapshot> snapshots(byte[] initialConfiguration) throws IOException {
        List<Snapshot> good = new ArrayList<>();
        List<Long> indexes = logFiles.snapshots();
        for (int i = indexes.size() - 1; i >= 0 && (good.isEmpty() || !notes.isEmpty()); i--) {
            Path file = SegmentFiles.snapshot(directory, indexes.get(i));
            try {
                good.add(Snapshot.decode(SmallFiles.read(files, file)));
            } catch (InvalidSnapshotException e) {
                notes.add(file.getFileName() + " is damaged (" + e.getMessage() + ")");
            }
        }
        if (!present.isEmpty() && present.get(0) == 0 && (good.isEmpty() || !notes.isEmpty())) {
            good.add(LogState.emptySnapshot(initialConfiguration));
        }
        return good;
    }

    /** Holds the files against the snapshot's list, and gives the segment to be appended to its indexes. */
    private Outcome checkSegments() throws IOException {
        if (!notes.isEmpty() && !present.isEmpty()) {
            // An older snapshot may list segments that retention has removed since.
            dropMissingBefore(present.get(0));
        }
        for (int i = 0; i < state.segments().size(); i++) {
            if (takeCompacted(i)) {
                continue;
            }
            Segment segment = state.segments().get(i);
            Path file = SegmentFiles.log(directory, segment.baseOffset());
            boolean last = segment == state.active();
            try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
                long size = handle.size();
                if (size < segment.size() || size > segment.size() && !last) {
                    String reason = "has " + size + " bytes where " + segment.size() + " were made durable";
                    return damagedIn(segment, new Damage(file, Math.min(size, segment.size()), reason));
                }
                if (last) {
                    String reason = notes.isEmpty() ? null : CompactedScan.objection(handle, segment, state);
                    if (reason != null) {
                        return damagedIn(segment, new Damage(file, 0, reason));
                    }
                    segment.restoreIndex(
                            IndexLookup.restore(files, handle, directory, segment, config.indexIntervalBytes()), nowMs);
                }
            } catch (NoSuchFileException e) {
                return damagedIn(segment, new Damage(file, 0, "is missing"));
            } catch (DamagedLogException e) {
                return damagedIn(segment, e.damage());
            }
        }
        return null;
    }

    /**
     * Takes a segment that compaction has swapped in after the snapshot was written: it is another one than the snapshot says, but
     * everything that stands in it belongs there, up to where a later one of the snapshot's segments begins.
     */
    private boolean takeCompacted(int number) throws IOException {
        List<Segment> segments = state.segments();
        Segment segment = segments.get(number);
        boolean closed = number + 1 < segments.size();
        if (!closed || !present.contains(segment.baseOffset())) {
            return false;
        }
        boolean nextIsGone = number + 2 < segments.size()
                && !present.contains(segments.get(number + 1).baseOffset());
        Path file = SegmentFiles.log(directory, segment.baseOffset());
        try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
            if (handle.size() == segment.size() && !nextIsGone) {
                return false;
            }
            CompactedScan scan = new CompactedScan(handle, segment, state);
            if (!scan.isGood()) {
                return false;
            }
            scanned += handle.size();
            state.compacted(number, number + scan.segments(), scan.state());
            return true;
        }
    }

    /** Damage in what the snapshot vouches for: finds where it begins. */
    private Outcome damagedIn(Segment segment, Damage damage) throws IOException {
        FileRange range = new FileRange(directory, segment.baseOffset(), 0, segment.size(), true);
        SegmentCheck check = new SegmentCheck(
                range,
                segment.baseIndex(),
                segment.baseOffset(),
                state.termStarts().list(),
                commitMark);
        return new Outcome.Damaged(damage, repairable(check.run(files)));
    }

    /** A spot that can be repaired in place, or null: where the log was compacted other replicas hold other bytes. */
    private DamagedSpot repairable(DamagedSpot spot) {
        return spot != null && spot.offset() < state.compaction().alteredTo() ? null : spot;
    }

    private void dropMissingBefore(long firstPresent) {
        boolean listed = state.segments().stream().anyMatch(segment -> segment.baseOffset() == firstPresent);
        if (listed) {
            state.advanceLogStart(Math.max(firstPresent, state.logStartOffset()));
        }
    }

    private Outcome scan() throws IOException {
        while (true) {
            Outcome outcome = scanActive();
            if (outcome != null) {
                return outcome;
            }
            closed.add(state.active());
            state.roll();
        }
    }

    /** Reads the active segment to its end; null if another follows it as it should. */
    private Outcome scanActive() throws IOException {
        Segment segment = state.active();
        try (FileHandle file = files.open(SegmentFiles.log(directory, segment.baseOffset()), FileSystem.Access.WRITE)) {
            long start = segment.size();
            TailScan scan = new TailScan(file, state, config, nowMs, commitMark, lastStop);
            TailScan.Result result = scan.run();
            scanned += segment.size() - start;
            // What begins within this one was merged into it.
            List<Long> later = present.stream()
                    .filter(base -> base > segment.baseOffset() && base >= state.endOffset())
                    .toList();
            String reason = result.reason();
            if (reason == null && !later.isEmpty()) {
                if (later.get(0) == state.endOffset()) {
                    return null;
                }
                reason = "ends at offset " + state.endOffset() + ", but the next segment begins at " + later.get(0);
            }
            if (state.lastIndex() < commitMark) {
                boolean gap = result.reason() == null && !later.isEmpty();
                return damagedHere(
                        (reason == null ? "the log ends at index " + state.lastIndex() : reason) + ", though index "
                                + commitMark + " was durable and committed",
                        gap ? null : spotHere(later.isEmpty() ? Long.MAX_VALUE : file.size()));
            }
            boolean torn = result.torn() && later.isEmpty();
            if (reason != null && !torn) {
                if (!hasPeers) {
                    return damagedHere(reason, null);
                }
                cutDamage(file, reason, later);
            }
            return finish(file, scan, reason);
        }
    }

    private Outcome damagedHere(String reason, DamagedSpot spot) {
        Path file = SegmentFiles.log(directory, state.active().baseOffset());
        return new Outcome.Damaged(new Damage(file, state.active().size(), reason), repairable(spot));
    }

    /** The place after all that the state holds. */
    private DamagedSpot spotHere(long end) {
        Segment segment = state.active();
        return new DamagedSpot(
                segment.baseOffset(),
                segment.size(),
                end,
                state.lastIndex() + 1,
                state.endOffset(),
                state.termStarts().lastTerm(),
                commitMark);
    }

    /** Takes what may have been acknowledged off the log; before anything else the replica is marked as forgetful. */
    private void cutDamage(FileHandle file, String reason, List<Long> later) throws IOException {
        logFiles.setForgetful(true);
        Quarantine quarantine = new Quarantine(files, directory);
        quarantine.keep(state.active().baseOffset(), state.active().size(), file.size());
        // Newest first, so that no crash leaves a gap.
        for (int i = later.size() - 1; i >= 0; i--) {
            quarantine.keep(later.get(i));
        }
        notes.add(
                "damage that no interrupted write explains, after index " + state.lastIndex() + ": " + reason
                        + "; what was there is kept aside, and this replica does not vote until its group has taken it in anew");
    }

    private Outcome finish(FileHandle last, TailScan scan, String cutReason) throws IOException {
        long cut = last.size() - state.active().size();
        if (cut > 0) {
            notes.add("cut " + cut + " bytes off the end (" + cutReason + ")");
            last.truncate(state.active().size());
        }
        if (lastStop == LastStop.DISK_FAILED) {
            scan.rewriteEnd();
        }
        // What a killed process wrote may stand in the system's cache only.
        last.sync();
        for (Segment segment : closed) {
            logFiles.writeIndexes(segment);
        }
        for (long base : present) {
            // Before the log's start, or within a segment that it was merged into.
            if (base < state.active().baseOffset() && state.segmentStarting(base) < 0) {
                logFiles.dropSegment(base);
            }
        }
        logFiles.removeLeftovers();
        files.syncDirectory(directory);
        return new Outcome.Recovered(state, scanned, cut, String.join("; ", notes));
    }
}
