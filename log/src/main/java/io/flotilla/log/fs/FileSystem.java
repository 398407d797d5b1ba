package io.flotilla.log.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk. All methods block and may be called from any thread.
 *
 * <p>Durability, as POSIX has it: bytes written to a file survive a power loss once {@link FileHandle#sync} returned after
 * the write; a file's name (its creation, rename or removal) survives once {@link #syncDirectory} returned on its directory
 * after the change. Until then any of it may survive or not, in any combination.
 */
public interface FileSystem {
    /** How to open a file. */
    enum Access {
        /** The file must exist; writing is an error. */
        READ,
        /** Like {@link #READ}, of a file that will be read again soon: {@link OpenFiles} keeps it open. */
        READ_SHARED,
        /** Reads and writes; an absent file is created empty. */
        WRITE
    }

    /**
     * Opens a file.
     *
     * @throws java.nio.file.NoSuchFileException when it, or for {@link Access#WRITE} its directory, does not exist
     * @throws TooManyOpenFilesException when no more files can be opened; so do all others that open something for the time being
     */
    FileHandle open(Path file, Access access) throws IOException;

    /** Names of the files and directories in a directory, sorted. */
    List<String> list(Path directory) throws IOException;

    /**
     * Whether there is a file or directory of this name.
     *
     * @throws IOException when that cannot be told: what cannot be reached is not taken for absent
     */
    boolean exists(Path path) throws IOException;

    /** Creates a directory and its missing parents; no error when it exists. */
    void createDirectories(Path directory) throws IOException;

    /** Atomically gives a file or directory another name on the same disk, replacing a file (never a directory) there. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file or an empty directory; no error when it is absent. */
    void delete(Path path) throws IOException;

    /** Makes the names in a directory durable. */
    void syncDirectory(Path directory) throws IOException;

    /** Bytes that can still be written on the disk that holds the path. */
    long freeSpace(Path path) throws IOException;

    /**
     * Names the time since the system was last started, or is empty where that is unknown: while it stays the same, what was
     * written to a file can be read from it, synced or not.
     */
    String bootId();

    /** Size in bytes of the disk that holds the path, whatever is on it. */
    long totalSpace(Path path) throws IOException;

    /**
     * Takes a lock file that one process at a time can hold; closing the result, or the end of the process, frees it.
     *
     * @throws IOException when somebody holds it
     */
    Closeable lock(Path file) throws IOException;
}
