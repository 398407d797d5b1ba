package io.flotilla.log.state;

import io.flotilla.log.LogDirectoryException;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Whose directory this is: the file {@code meta.properties} in a log directory, in Kafka's format of version 1.
 *
 * @param clusterId the cluster, as Kafka clients are told it; null, and absent in the file, until the broker has joined one
 * @param nodeId the broker
 * @param directoryId the directory itself, chosen when it was first used
 */
public record MetaProperties(String clusterId, int nodeId, UUID directoryId) {
    /** Name of the file. */
    public static final String FILE = "meta.properties";

    private static final String VERSION = "1";

    /**
     * Reads a directory's file; the directory need not be opened for that.
     *
     * @return empty when there is none
     * @throws IOException also when the file is not understood
     */
    public static Optional<MetaProperties> read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!files.exists(file)) {
            return Optional.empty();
        }
        Map<String, String> values = PropertyLines.parse(SmallFiles.readText(files, file), "=");
        try {
            if (!VERSION.equals(values.get("version"))) {
                throw new LogDirectoryException(
                        file + ": version must be " + VERSION + ", is " + values.get("version"));
            }
            return Optional.of(new MetaProperties(
                    values.get("cluster.id"),
                    Integer.parseInt(PropertyLines.required(values, "node.id")),
                    Ids.parse(PropertyLines.required(values, "directory.id"))));
        } catch (IllegalArgumentException e) {
            throw new LogDirectoryException(file + ": " + e.getMessage());
        }
    }

    /** Writes the file durably. */
    public void write(FileSystem files, Path directory) throws IOException {
        String text = "version=%s\nnode.id=%d\ndirectory.id=%s\n".formatted(VERSION, nodeId, Ids.format(directoryId))
                + (clusterId == null ? "" : "cluster.id=" + clusterId + "\n");
        SmallFiles.replace(files, directory.resolve(FILE), text);
    }
}
