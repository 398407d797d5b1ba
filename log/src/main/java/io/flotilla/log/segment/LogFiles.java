package io.flotilla.log.segment;

import io.flotilla.log.LogId;
import io.flotilla.log.flush.DirectorySync;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.index.IndexFiles;
import io.flotilla.log.state.Ids;
import io.flotilla.log.state.PartitionMetadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Changes to the files of one partition's directory, each crash-safe. Blocking; one thread at a time. */
public final class LogFiles {
    /** Suffix of a directory that is to replace a partition's directory: once whole, it is what counts. */
    public static final String INSTALL = "-install";
    /** Suffix of a directory that is to become a partition's directory; until then nobody knows of it. */
    public static final String CREATE = "-create";
    /** Suffix of the copy of a log that is being moved to this log directory. */
    public static final String FUTURE = "-future";
    /** Suffix of a directory that is being removed. */
    public static final String DELETE = "-delete";
    /** Suffix of a directory that was set aside for an operator. */
    public static final String STRAY = "-stray";

    /** There while the replica may have forgotten what it acknowledged or voted for. */
    private static final String FORGETFUL_FILE = "forgetful";

    /** Snapshots kept, so that one may be damaged. */
    private static final int SNAPSHOTS_KEPT = 2;

    private static final int MOST_NAME_LENGTH = 255;

    private final FileSystem files;
    private final Path logDirectory;
    private final LogId id;
    private final Path directory;
    private final DirectorySync namesAbove;

    public LogFiles(FileSystem files, Path logDirectory, LogId id) {
        this(files, logDirectory, id, new DirectorySync(files, logDirectory));
    }

    /** @param namesAbove makes names in the log directory durable */
    public LogFiles(FileSystem files, Path logDirectory, LogId id, DirectorySync namesAbove) {
        this.files = files;
        this.logDirectory = logDirectory;
        this.id = id;
        this.directory = logDirectory.resolve(id.directoryName());
        this.namesAbove = namesAbove;
    }

    public Path directory() {
        return directory;
    }

    /** Opens a segment for writing. */
    FileHandle openSegment(long baseOffset) throws IOException {
        return files.open(SegmentFiles.log(directory, baseOffset), FileSystem.Access.WRITE);
    }

    /** Creates a segment, empty, if it is not there; its name is durable. One file at a time is open for it. */
    void createSegment(long baseOffset) throws IOException {
        makeEmpty(SegmentFiles.log(directory, baseOffset));
        files.syncDirectory(directory);
    }

    /** Writes the index files of a segment. Not synced: they can be made anew. */
    void writeIndexes(long baseOffset, ByteBuffer offsets, ByteBuffer times) throws IOException {
        replaceUnsynced(SegmentFiles.index(directory, baseOffset), offsets);
        replaceUnsynced(SegmentFiles.timeIndex(directory, baseOffset), times);
    }

    /** Writes the index files of a segment that has just been closed. */
    public void writeIndexes(Segment closed) throws IOException {
        closed.index().addTime();
        writeIndexes(
                closed.baseOffset(),
                IndexFiles.encodeOffsets(closed.index()),
                IndexFiles.encodeTimes(closed.index(), closed.size()));
    }

    private void replaceUnsynced(Path file, ByteBuffer content) throws IOException {
        files.delete(file);
        try (FileHandle handle = files.open(file, FileSystem.Access.WRITE)) {
            // What is written is to be there still if it must be written again.
            handle.write(new ByteBuffer[] {content.duplicate()}, 1, 0);
        }
    }

    /** Takes a segment out of the log, durably: renames its file. {@link #removeDeleted} frees the space. */
    public void dropSegment(long baseOffset) throws IOException {
        dropSegments(List.of(baseOffset));
    }

    /**
     * Takes segments out of the log that a durable snapshot no longer lists. All at once: while this runs, other partitions
     * of the directory wait to be synced, and after a crash those that are still there are known to be left over.
     */
    void dropSegments(List<Long> baseOffsets) throws IOException {
        for (long baseOffset : baseOffsets) {
            markDeleted(baseOffset);
        }
        files.syncDirectory(directory);
    }

    private void markDeleted(long baseOffset) throws IOException {
        Path log = SegmentFiles.log(directory, baseOffset);
        if (files.exists(log)) {
            files.rename(log, deleted(baseOffset));
        }
        files.delete(SegmentFiles.index(directory, baseOffset));
        files.delete(SegmentFiles.timeIndex(directory, baseOffset));
    }

    /** Frees the space of dropped segments. May run beside everything else. */
    void removeDeleted(List<Long> baseOffsets) throws IOException {
        for (long baseOffset : baseOffsets) {
            files.delete(deleted(baseOffset));
        }
    }

    /**
     * Puts a compacted segment in the place of those that it stands for. It takes effect with the renaming; what a crash leaves of the
     * other segments after that lies within it, and recovery removes it.
     *
     * @return the segments of which {@link #removeDeleted} frees the space
     */
    List<Long> swap(CompactedSegment compacted) throws IOException {
        long baseOffset = compacted.state().baseOffset();
        // Not there any more if this is tried again after a shortage.
        if (files.exists(compacted.file())) {
            files.delete(SegmentFiles.index(directory, baseOffset));
            files.delete(SegmentFiles.timeIndex(directory, baseOffset));
            files.rename(compacted.file(), SegmentFiles.log(directory, baseOffset));
        }
        // Before any other is gone.
        files.syncDirectory(directory);
        try {
            writeIndexes(baseOffset, compacted.offsets(), compacted.times());
        } catch (ShortageException e) {
            // They are made anew when that can be done; the swap is done, and readers wait to hear of it.
            files.delete(SegmentFiles.index(directory, baseOffset));
            files.delete(SegmentFiles.timeIndex(directory, baseOffset));
        }
        List<Long> others = compacted.replaced().subList(1, compacted.replaced().size());
        for (long other : others) {
            markDeleted(other);
        }
        return others;
    }

    private Path deleted(long baseOffset) {
        Path log = SegmentFiles.log(directory, baseOffset);
        return log.resolveSibling(log.getFileName() + SegmentFiles.DELETED);
    }

    /** Writes a snapshot durably, then removes all but the newest few. */
    public void writeSnapshot(long index, byte[] bytes) throws IOException {
        SmallFiles.replace(files, SegmentFiles.snapshot(directory, index), ByteBuffer.wrap(bytes));
        List<Long> indexes = snapshots();
        for (int i = 0; i < indexes.size() - SNAPSHOTS_KEPT; i++) {
            files.delete(SegmentFiles.snapshot(directory, indexes.get(i)));
        }
    }

    /** Indexes of the snapshots, oldest first. */
    public List<Long> snapshots() throws IOException {
        return numbers(files, directory, SegmentFiles.SNAPSHOT);
    }

    /** Base offsets of the segments, oldest first. */
    public List<Long> segments() throws IOException {
        return numbers(files, directory, SegmentFiles.LOG);
    }

    private static List<Long> numbers(FileSystem files, Path directory, String suffix) throws IOException {
        return files.list(directory).stream()
                .map(name -> SegmentFiles.number(name, suffix))
                .filter(number -> number >= 0)
                .sorted()
                .toList();
    }

    /** Removes what a crash left half done: temporary files, dropped segments, compacted ones that were not swapped in. */
    public void removeLeftovers() throws IOException {
        for (String name : files.list(directory)) {
            if (name.endsWith(SmallFiles.TEMPORARY)
                    || name.endsWith(SegmentFiles.DELETED)
                    || name.endsWith(SegmentFiles.CLEANED)) {
                files.delete(directory.resolve(name));
            }
        }
    }

    /**
     * Makes the directory, which must not exist, one of a log that consists of a snapshot alone. Costs two syncs of files and one
     * of the new directory, and shares that of the directory above: a log that is not whole has its final name never.
     *
     * @param segment base offset of the empty segment to begin with
     * @param forgetful see {@link #isForgetful}
     */
    public void create(long snapshotIndex, byte[] snapshot, long segment, boolean forgetful) throws IOException {
        Path built = built(CREATE);
        begin(built, segment, forgetful);
        SmallFiles.write(files, SegmentFiles.snapshot(built, snapshotIndex), ByteBuffer.wrap(snapshot));
        files.syncDirectory(built);
        rename(built, directory);
    }

    /**
     * Makes the directory one of a log that consists of a snapshot alone, replacing what is there: it is built beside and put in
     * place by renaming. {@link #finishInstall} completes it after a crash; after a shortage it is called again.
     *
     * @param segment base offset of the empty segment to begin with
     * @param forgetful see {@link #isForgetful}
     */
    public void install(long snapshotIndex, byte[] snapshot, long segment, boolean forgetful) throws IOException {
        if (files.exists(directory)) {
            Path built = built(INSTALL);
            begin(built, segment, forgetful);
            // So that whoever finds the snapshot, written last, finds everything.
            files.syncDirectory(built);
            SmallFiles.replace(files, SegmentFiles.snapshot(built, snapshotIndex), ByteBuffer.wrap(snapshot));
            namesAbove.sync();
            rename(directory, freeName(DELETE));
        }
        // Else a call before has come as far as that.
        rename(path(INSTALL), directory);
    }

    /**
     * Gives a directory another name, durably. If the log directory cannot be opened for that, it has the old name again: nobody is
     * to take a name for durable because it is there.
     */
    private void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
        try {
            namesAbove.sync();
        } catch (ShortageException e) {
            files.rename(to, from);
            throw e;
        }
    }

    /** What the log's directory is called while it is built. */
    private Path path(String suffix) {
        return logDirectory.resolve(Ids.format(id.topicId()) + "-" + id.partition() + suffix);
    }

    /** The same, free to use. */
    private Path built(String suffix) throws IOException {
        Path built = path(suffix);
        if (files.exists(built)) {
            SmallFiles.deleteDirectory(files, built);
        }
        return built;
    }

    /** Makes all of a log but its snapshot; the names in the directory are not synced. */
    private void begin(Path built, long segment, boolean forgetful) throws IOException {
        files.createDirectories(built);
        makeEmpty(SegmentFiles.log(built, segment));
        if (forgetful) {
            makeEmpty(built.resolve(FORGETFUL_FILE));
        }
        PartitionMetadata.write(files, built, id);
    }

    /** Makes a file that has no content: its name is all there is to make durable. */
    private void makeEmpty(Path file) throws IOException {
        files.open(file, FileSystem.Access.WRITE).close();
    }

    /** Completes or undoes an {@link #install} that a crash interrupted. The old log is gone only if the new one is whole. */
    public static void finishInstall(FileSystem files, Path logDirectory, String name) throws IOException {
        Path built = logDirectory.resolve(name);
        // The snapshot is written once all else is durable.
        boolean whole = !numbers(files, built, SegmentFiles.SNAPSHOT).isEmpty();
        if (whole) {
            LogFiles target = new LogFiles(files, logDirectory, PartitionMetadata.read(files, built));
            if (!files.exists(target.directory)) {
                files.rename(built, target.directory);
                files.syncDirectory(logDirectory);
                return;
            }
        }
        SmallFiles.deleteDirectory(files, built);
    }

    /** Whether the replica may have forgotten what it acknowledged or voted for, and must not vote. */
    public boolean isForgetful() throws IOException {
        return files.exists(directory.resolve(FORGETFUL_FILE));
    }

    /** Remembers durably whether the replica is forgetful. */
    public void setForgetful(boolean forgetful) throws IOException {
        Path file = directory.resolve(FORGETFUL_FILE);
        if (forgetful) {
            SmallFiles.write(files, file, ByteBuffer.allocate(0));
        } else {
            files.delete(file);
        }
        files.syncDirectory(directory);
    }

    /** Renames the directory to end with a suffix and never be opened again, durably. */
    public Path retire(String suffix) throws IOException {
        Path retired = freeName(suffix);
        rename(directory, retired);
        return retired;
    }

    /** A name for the retired directory: {@code <name>.<topic id>[.<number>]<suffix>}, the name cut to fit. */
    private Path freeName(String suffix) throws IOException {
        for (int number = 0; ; number++) {
            String ending = "." + Ids.format(id.topicId()) + (number == 0 ? "" : "." + number) + suffix;
            String name = id.directoryName();
            String start = name.substring(0, Math.min(name.length(), MOST_NAME_LENGTH - ending.length()));
            Path path = logDirectory.resolve(start + ending);
            if (!files.exists(path)) {
                return path;
            }
        }
    }
}
