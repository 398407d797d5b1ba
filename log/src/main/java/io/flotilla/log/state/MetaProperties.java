package io.flotilla.log.state;

import io.flotilla.log.fs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Whose directory this is: the file {@code meta.properties}, as Kafka writes it (version 1).
 *
 * @param clusterId null, and absent in the file, until the broker has joined a cluster for the first time
 */
public record MetaProperties(String clusterId, int nodeId, UUID directoryId) {
    /** Reads a directory's file without opening the directory; empty when there is none. */
    public static Optional<MetaProperties> read(FileSystem files, Path directory) throws IOException {
        throw new UnsupportedOperationException();
    }
}
