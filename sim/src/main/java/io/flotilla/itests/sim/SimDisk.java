package io.flotilla.itests.sim;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** The disk of one machine: outlives its processes, and fails as it is told to. */
final class SimDisk {
    private final SimWorld world;
    private final RandomGenerator random;
    private MemoryFileSystem files = new MemoryFileSystem();
    private long untilCrash = -1;
    private Runnable crash;
    private boolean syncFails;
    private int failures;

    SimDisk(SimWorld world) {
        this.world = world;
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

    /** The next sync fails, and what it was to write is lost. */
    void failNextSync() {
        syncFails = true;
    }

    /** How often it has failed so far. */
    int failures() {
        return failures;
    }

    /** Works from now on. */
    void heal() {
        syncFails = false;
        cancelCrash();
        files.setCapacity(Long.MAX_VALUE);
    }

    void setCapacity(long bytes) {
        files.setCapacity(bytes);
    }

    long usedBytes() throws IOException {
        return files.totalSpace(Path.of("/")) - files.freeSpace(Path.of("/"));
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
        syncFails = false;
        cancelCrash();
    }

    private void before(Operation operation, Path path) throws IOException {
        SimProcess process = world.current();
        if (process != null && !process.isAlive()) {
            throw new SimCrash();
        }
        boolean changes = operation != Operation.READ && operation != Operation.OPEN;
        if (changes && untilCrash >= 0 && untilCrash-- == 0) {
            crash.run();
            throw new SimCrash();
        }
        if (operation == Operation.SYNC && syncFails) {
            syncFails = false;
            failures++;
            world.note("fdatasync of " + path + " fails");
            throw new IOException("simulated failure of fdatasync");
        }
    }
}
