package io.flotilla.log.state;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How the process that last had a log directory open came to an end, which decides what an interrupted write can have left
 * behind. A small file remembers it: the kernel's boot while the directory is open, something else after a good end.
 */
public enum LastStop {
    /** In good order: everything had been synced. Nothing can be torn. */
    CLEAN,
    /**
     * The process died and the system lived on, its page cache with it: what was written is there. Only the one write under
     * way may have stopped short, so that the file ends in the middle of it.
     */
    KILLED,
    /** The system went down, or that cannot be ruled out: any sector not synced may be there or not. */
    POWER_LOST,
    /** A write or sync failed: pages can be read that are not on the disk (Rebello et al., ATC 2020), or were lost. */
    DISK_FAILED;

    private static final String FILE = ".last-stop";
    private static final String RUNNING = "RUNNING";

    /** Whether sectors that were not synced may be missing. */
    public boolean mayHaveLostSectors() {
        return this == POWER_LOST || this == DISK_FAILED;
    }

    /** How the last process that had a directory open ended. */
    public static LastStop read(FileSystem files, Path directory) throws IOException {
        String[] words;
        try {
            words = SmallFiles.readText(files, directory.resolve(FILE)).split(" ");
        } catch (NoSuchFileException e) {
            return POWER_LOST;
        }
        if (words[0].equals(CLEAN.name()) || words[0].equals(DISK_FAILED.name())) {
            return valueOf(words[0]);
        }
        String boot = files.bootId();
        boolean sameBoot = words.length == 3 && !boot.isEmpty() && words[1].equals(boot);
        if (!sameBoot) {
            return POWER_LOST;
        }
        return words[2].equals(POWER_LOST.name()) || words[2].equals(DISK_FAILED.name()) ? valueOf(words[2]) : KILLED;
    }

    /**
     * Notes that a process has the directory open: durably, for "clean" must not come back.
     *
     * @param before what is still to be recovered from; {@link #KILLED} once nothing is
     */
    public static void running(FileSystem files, Path directory, LastStop before) throws IOException {
        SmallFiles.replace(files, directory.resolve(FILE), RUNNING + " " + files.bootId() + " " + before);
    }

    /** Notes a good end, after everything else was synced. */
    public static void clean(FileSystem files, Path directory) throws IOException {
        SmallFiles.replace(files, directory.resolve(FILE), CLEAN.name());
    }

    /**
     * Notes a failed write or sync. It need not be durable: what it warns of, pages that can be read though they were not
     * written, does not outlive the system's cache either.
     */
    public static void failed(FileSystem files, Path directory) throws IOException {
        try (FileHandle handle = files.open(directory.resolve(FILE), FileSystem.Access.WRITE)) {
            handle.truncate(0);
            ByteBuffer word = ByteBuffer.wrap(DISK_FAILED.name().getBytes(StandardCharsets.UTF_8));
            handle.write(new ByteBuffer[] {word}, 1, 0);
        }
    }
}
