package io.flotilla.sim;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.TooManyOpenFilesException;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.HardStateJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The disk of one machine: outlives its processes, and fails as it is told to. */
final class SimDisk {
    private static final Path ROOT = Path.of("/");
    private final List<Path> directories;
    private final SimWorld world;
    private final RandomGenerator random;
    private MemoryFileSystem files = new MemoryFileSystem();
    private long untilCrash = -1;
    private Runnable crash;
    /** The log directory in which the next sync fails, or null. */
    private Path failing;

    private int failures;
    private boolean full;
    private boolean opensNothing;

    /** @param directories the log directories on it */
    SimDisk(SimWorld world, List<Path> directories) {
        this.world = world;
        this.directories = directories;
        this.random = world.newRandom();
        files.setFaults(this::before);
    }

    FileSystem files() {
        return files;
    }

    /** Has the machine crash before one of the next operations on its disk that change it: a save point. */
    void crashAtOperation(int operations, Runnable how) {
        untilCrash = operations;
        crash = how;
    }

    /** Calls off a crash that has not come yet. */
    void cancelCrash() {
        untilCrash = -1;
    }

    /** The next sync in one of the log directories fails, and what it was to write is lost. */
    void failNextSync(RandomGenerator chance) {
        failing = directories.get(chance.nextInt(directories.size()));
    }

    /** How often it has failed so far. */
    int failures() {
        return failures;
    }

    /** Works from now on. */
    void heal() {
        failing = null;
        cancelCrash();
        makeRoom();
        openFiles(true);
    }

    /** Whether files can be opened from now on. */
    void openFiles(boolean can) {
        opensNothing = !can;
    }

    /** Whether some things cannot be done for the time being. */
    boolean isShort() {
        return full || opensNothing;
    }

    /** Leaves room for so many bytes more. */
    void fill(long room) {
        full = true;
        files.setCapacity(Long.MAX_VALUE);
        files.setCapacity(Long.MAX_VALUE - files.freeSpace(ROOT) + room);
    }

    /** There is room again. */
    void makeRoom() {
        full = false;
        files.setCapacity(Long.MAX_VALUE);
    }

    /** Flips a bit of a file that partitions depend on, if there is one; as a rule of a log. */
    void flipBit() {
        try {
            List<Path> candidates = new ArrayList<>();
            boolean logsOnly = random.nextInt(4) > 0;
            for (Path directory : directories) {
                if (files.exists(directory)) {
                    addFiles(directory, logsOnly, candidates);
                }
            }
            if (!candidates.isEmpty()) {
                flipBit(candidates.get(random.nextInt(candidates.size())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addFiles(Path logDirectory, boolean logsOnly, List<Path> found) throws IOException {
        List<Path> journals = List.of(
                logDirectory.resolve(HardStateJournal.FILE),
                RedoJournal.file(logDirectory, 0),
                RedoJournal.file(logDirectory, 1));
        for (Path journal : journals) {
            if (!logsOnly && files.exists(journal)) {
                found.add(journal);
            }
        }
        for (String name : files.list(logDirectory)) {
            Path directory = logDirectory.resolve(name);
            if (name.matches("[\\w]+-\\d+") && files.exists(directory.resolve("partition.metadata"))) {
                files.list(directory).stream()
                        .filter(file -> file.endsWith(SegmentFiles.LOG) || !logsOnly && isRebuilt(file))
                        .forEach(file -> found.add(directory.resolve(file)));
            }
        }
    }

    /** Whether what a file of a partition holds can be made again from its log. */
    private static boolean isRebuilt(String file) {
        return file.endsWith(SegmentFiles.INDEX)
                || file.endsWith(SegmentFiles.TIME_INDEX)
                || file.endsWith(SegmentFiles.SNAPSHOT);
    }

    private void flipBit(Path file) throws IOException {
        long size;
        try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
            size = handle.size();
        }
        if (size == 0) {
            return;
        }
        long position = random.nextLong(size);
        files.flip(file, position, 1 << random.nextInt(8));
        world.note("a bit of " + file + " flips at byte " + position + " of " + size);
    }

    void losePower() {
        files.powerLoss(random);
    }

    void killProcess() {
        files.killProcess();
    }

    /** Another disk takes this one's place, an empty one. */
    void replace() {
        files = new MemoryFileSystem();
        files.setFaults(this::before);
        heal();
    }

    private void before(Operation operation, Path path) throws IOException {
        SimProcess process = world.current();
        if (process != null && !process.isAlive()) {
            throw new SimCrash();
        }
        if (operation.isChange() && untilCrash >= 0 && untilCrash-- == 0) {
            crash.run();
            throw new SimCrash();
        }
        if (process != null && opensNothing && operation.opens()) {
            throw new TooManyOpenFilesException(path, null);
        }
        if (operation == Operation.SYNC && failing != null && path.startsWith(failing)) {
            failing = null;
            failures++;
            world.note("fdatasync of " + path + " fails");
            throw new IOException("simulated failure of fdatasync");
        }
    }
}
