package io.flotilla.log.inspect;

import io.flotilla.log.GroupId;
import io.flotilla.log.LogId;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.redo.RedoLap;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.JournalContent;
import io.flotilla.log.state.LastStop;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.log.state.PartitionMetadata;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Checks everything in a log directory that can be checked without asking other replicas: that each file can be read, and
 * that files which say the same thing agree. A broker may run on the directory meanwhile; what it is writing just then is
 * noted, not taken for damage. Blocking; used once.
 */
public final class Verifier {
    /**
     * What was looked at.
     *
     * @param entries batches, Raft's entries among them
     * @param damages problems found that are damage
     */
    public record Totals(int partitions, int segments, long bytes, long entries, long records, int damages) {}

    private final FileSystem files;
    private final Consumer<Problem> out;
    private final Map<GroupId, Long> commitMarks = new HashMap<>();
    private Optional<MetaProperties> owner = Optional.empty();
    private boolean stoppedCleanly;
    private int partitions;
    private int segments;
    private long bytes;
    private long entries;
    private long records;
    private int damages;

    /** @param out is given each problem when it is found */
    public Verifier(FileSystem files, Consumer<Problem> out) {
        this.files = files;
        this.out = out;
    }

    /**
     * Checks a log directory, or the directory of one partition.
     *
     * @throws NoSuchFileException if the directory is neither
     */
    public Totals verify(Path directory) throws IOException {
        boolean partition = isPartition(directory);
        Path logDirectory = partition ? directory.toAbsolutePath().getParent() : directory;
        boolean identified = files.exists(logDirectory.resolve(MetaProperties.FILE));
        if (!partition && !identified && !files.exists(logDirectory.resolve(HardStateJournal.FILE))) {
            throw new NoSuchFileException(
                    directory.toString(), null, "neither a log directory nor a partition's directory");
        }
        stoppedCleanly = LastStop.read(files, logDirectory) == LastStop.CLEAN;
        journal(logDirectory, partition);
        if (partition) {
            partition(directory);
        } else {
            identity(logDirectory, identified);
            if (owner.isPresent()) {
                redo(directory, owner.get().directoryId());
            }
            for (String name : files.list(directory)) {
                entry(directory.resolve(name), name);
            }
        }
        return new Totals(partitions, segments, bytes, entries, records, damages);
    }

    private boolean isPartition(Path directory) throws IOException {
        return files.exists(directory.resolve(PartitionMetadata.FILE))
                || files.list(directory).stream().anyMatch(name -> name.endsWith(SegmentFiles.LOG));
    }

    private void identity(Path directory, boolean present) throws IOException {
        if (!present) {
            damage(directory.resolve(MetaProperties.FILE), 0, "is missing: nothing says whose directory this is");
            return;
        }
        try {
            owner = MetaProperties.read(files, directory);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            damage(directory.resolve(MetaProperties.FILE), 0, e.getMessage());
        }
    }

    /** Learns from the journal up to where logs are known to be committed; without it less can be told from a torn write. */
    private void journal(Path directory, boolean quietly) throws IOException {
        Path file = directory.resolve(HardStateJournal.FILE);
        if (!files.exists(file)) {
            if (!quietly) {
                damage(file, 0, "is missing, and with it the votes given");
            }
            return;
        }
        JournalContent content = JournalContent.read(files, file);
        content.groups().forEach(group -> commitMarks.put(group.id(), group.committed()));
        if (content.problem() != null && !quietly) {
            report(new Problem(content.damaged(), file, content.wholeBytes(), content.problem()));
        }
    }

    private void redo(Path directory, UUID id) throws IOException {
        Path first = RedoJournal.file(directory, 0);
        Path second = RedoJournal.file(directory, 1);
        RedoLap firstLap = lap(first, id);
        RedoLap secondLap = lap(second, id);
        boolean firstIsNewer = firstLap.lap() > secondLap.lap();
        RedoLap newer = firstIsNewer ? firstLap : secondLap;
        Path olderFile = firstIsNewer ? second : first;
        RedoLap older = RedoLap.read(files, olderFile, id);
        boolean isOlderStill = older.lap() < newer.lap();
        if (isOlderStill && !older.isDamaged() && newer.hasLost(older)) {
            damage(olderFile, older.wholeBytes(), RedoLap.DAMAGE);
        }
    }

    private RedoLap lap(Path file, UUID id) throws IOException {
        RedoLap lap = RedoLap.read(files, file, id);
        // While it is being written, what was read first may be older than what was read last.
        long again = lap.isDamaged() ? RedoLap.read(files, file, id).wholeBytes() : 0;
        if (lap.isDamaged() && again == lap.wholeBytes()) {
            damage(file, lap.wholeBytes(), RedoLap.DAMAGE);
        }
        return lap;
    }

    private void entry(Path path, String name) throws IOException {
        if (name.endsWith(LogFiles.STRAY)) {
            note(path, "set aside for an operator: metadata did not know it");
        } else if (!name.endsWith(LogFiles.DELETE) && !name.endsWith(LogFiles.INSTALL)) {
            boolean partition;
            try {
                partition = isPartition(path);
            } catch (IOException e) {
                // A file, or a directory that is gone by now.
                return;
            }
            if (partition) {
                partition(path);
            }
        }
    }

    private void partition(Path directory) throws IOException {
        partitions++;
        long commitMark = 0;
        try {
            LogId id = PartitionMetadata.read(files, directory);
            commitMark = commitMarks.getOrDefault(id.group(), 0L);
            if (!id.directoryName().equals(directory.getFileName().toString())) {
                damage(directory.resolve(PartitionMetadata.FILE), 0, "says that the directory belongs to " + id);
            }
        } catch (NoSuchFileException e) {
            if (!files.exists(directory)) {
                return;
            }
            damage(directory.resolve(PartitionMetadata.FILE), 0, "is missing: nothing says whose log this is");
        } catch (IOException e) {
            damage(directory.resolve(PartitionMetadata.FILE), 0, e.getMessage());
        }
        PartitionCheck check = new PartitionCheck(files, directory, commitMark, stoppedCleanly, this::report);
        check.run();
        segments += check.segments();
        bytes += check.bytes();
        entries += check.entries();
        records += check.records();
    }

    private void damage(Path file, long position, String what) {
        report(new Problem(true, file, position, what));
    }

    private void note(Path file, String what) {
        report(new Problem(false, file, 0, what));
    }

    private void report(Problem problem) {
        if (problem.damage()) {
            damages++;
        }
        out.accept(problem);
    }
}
