package io.flotilla.sim;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.TooManyOpenFilesException;
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

    /** Flips a bit of a log, if there is one. */
    void flipBit() {
        try {
            List<Path> logs = new ArrayList<>();
            for (Path directory : directories) {
                if (files.exists(directory)) {
                    addLogs(directory, logs);
                }
            }
            if (!logs.isEmpty()) {
                flipBit(logs.get(random.nextInt(logs.size())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addLogs(Path logDirectory, List<Path> logs) throws IOException {
        for (String name : files.list(logDirectory)) {
            Path directory = logDirectory.resolve(name);
            if (name.matches("[\\w]+-\\d+") && files.exists(directory.resolve("partition.metadata"))) {
                files.list(directory).stream()
                        .filter(file -> file.endsWith(".log"))
                        .forEach(file -> logs.add(directory.resolve(file)));
            }
        }
    }

    private void flipBit(Path log) throws IOException {
        long size;
        try (FileHandle file = files.open(log, FileSystem.Access.READ)) {
            size = file.size();
        }
        if (size == 0) {
            return;
        }
        long position = random.nextLong(size);
        files.flip(log, position, 1 << random.nextInt(8));
        world.note("a bit of " + log + " flips at byte " + position + " of " + size);
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
