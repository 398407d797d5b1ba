package io.flotilla.log.maintain;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.redo.RedoLap;
import io.flotilla.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Writes what the redo journal holds to the segments again, before any log is opened, and syncs them: afterwards the journal is no longer
 * needed. All of it is written, also what can be read there already: after a kill it may be in the system's cache only, and after a
 * failed sync the cache cannot be believed.
 *
 * <p>Only the newest segment of a log can need it, for an older one was synced before that was begun. Doing it twice does
 * no harm. Blocking; not thread-safe.
 */
public final class RedoReplay {
    private final FileSystem files;
    private final Map<GroupId, Path> logs;
    private final List<RedoLap> laps = new ArrayList<>();
    private final long newestLap;
    private final boolean damaged;

    /**
     * What was done.
     *
     * @param newestLap the journal's; {@link RedoLap#NONE} if there was none
     * @param segments how many were written to
     * @param damaged whether bytes may be lost that had been synced to the journal: of which logs cannot be known
     * @param incomplete groups of whose segments something is gone that the journal does not hold
     */
    public record Result(long newestLap, int segments, boolean damaged, Set<GroupId> incomplete) {}

    private RedoReplay(FileSystem files, Map<GroupId, Path> logs, RedoLap first, RedoLap second) {
        this.files = files;
        this.logs = logs;
        RedoLap newer = first.lap() > second.lap() ? first : second;
        RedoLap older = newer == first ? second : first;
        newestLap = newer.lap();
        // What was appended before the lap before is in the segments.
        boolean olderCounts = older.lap() == newestLap - 1;
        damaged = newer.isDamaged() || newer.hasLost(older) || olderCounts && older.isDamaged();
        // What cannot be read may say that something in the older one does not count any more.
        if (olderCounts && !newer.isDamaged() && !newer.hasLost(older)) {
            laps.add(older);
        }
        laps.add(newer);
    }

    /**
     * Does it.
     *
     * @param path the log directory
     * @param id its id
     * @param logs where the logs are that are there
     * @throws io.flotilla.log.fs.ShortageException when there is no room for it, or no file can be opened: it may be done again
     */
    public static Result run(FileSystem files, Path path, UUID id, Map<GroupId, Path> logs) throws IOException {
        RedoReplay replay = new RedoReplay(
                files,
                logs,
                RedoLap.read(files, RedoJournal.file(path, 0), id),
                RedoLap.read(files, RedoJournal.file(path, 1), id));
        return replay.run();
    }

    private Result run() throws IOException {
        int segments = 0;
        Set<GroupId> incomplete = new HashSet<>();
        Map<GroupId, List<Piece>> pieces = pieces();
        if (damaged) {
            // What cannot be read may have been written by a killed process, and not be on the disk yet.
            logs.keySet().forEach(group -> pieces.putIfAbsent(group, List.of()));
        }
        for (Map.Entry<GroupId, List<Piece>> wanted : pieces.entrySet()) {
            Path directory = logs.get(wanted.getKey());
            // A log that is not here was removed, or has moved: its segments were synced before.
            if (directory != null) {
                if (!write(directory, wanted.getValue())) {
                    incomplete.add(wanted.getKey());
                }
                segments++;
            }
        }
        return new Result(newestLap, segments, damaged, incomplete);
    }

    /** Bytes that are to be written to a segment. */
    private record Piece(long baseOffset, long position, ByteBuffer bytes) {}

    /** What is to be written to each group's log, in its order. */
    private Map<GroupId, List<Piece>> pieces() {
        Map<GroupId, List<Piece>> pieces = new LinkedHashMap<>();
        for (RedoLap lap : laps) {
            for (RedoLap.Entry entry : lap.reliableEntries()) {
                if (entry.length() == 0) {
                    pieces.remove(entry.group());
                } else {
                    pieces.computeIfAbsent(entry.group(), group -> new ArrayList<>())
                            .add(new Piece(entry.baseOffset(), entry.position(), lap.bytes(entry)));
                }
            }
        }
        return pieces;
    }

    /** Returns false if there is a gap before something. */
    private boolean write(Path directory, List<Piece> pieces) throws IOException {
        long newest = files.list(directory).stream()
                .mapToLong(name -> SegmentFiles.number(name, SegmentFiles.LOG))
                .max()
                .orElse(-1);
        if (newest < 0) {
            return true;
        }
        try (FileHandle handle = files.open(SegmentFiles.log(directory, newest), FileSystem.Access.WRITE)) {
            boolean complete = write(handle, newest, pieces);
            handle.sync();
            return complete;
        }
    }

    private static boolean write(FileHandle handle, long baseOffset, List<Piece> pieces) throws IOException {
        long size = handle.size();
        for (Piece piece : pieces) {
            if (piece.baseOffset() == baseOffset) {
                if (piece.position() > size) {
                    return false;
                }
                size = Math.max(size, piece.position() + piece.bytes().remaining());
                handle.write(new ByteBuffer[] {piece.bytes()}, 1, piece.position());
            }
        }
        return true;
    }
}
