package io.flotilla.log.state;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Since when a log directory has belonged to its broker without a break, as far as it knows itself: the file {@code .registered}
 * with the decimal offset of the metadata record that says so. Cluster metadata says the same of a directory that was never away.
 */
public final class Registration {
    private static final String FILE = ".registered";

    private Registration() {}

    /**
     * Reads the file; empty when there is none.
     *
     * @throws IOException also when it is not understood
     */
    public static OptionalLong read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!files.exists(file)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    Long.parseLong(SmallFiles.readText(files, file).strip()));
        } catch (NumberFormatException e) {
            throw new IOException(file + " holds no number", e);
        }
    }

    /** Writes the file durably. */
    public static void write(FileSystem files, Path directory, long offset) throws IOException {
        SmallFiles.replace(files, directory.resolve(FILE), offset + "\n");
    }
}
