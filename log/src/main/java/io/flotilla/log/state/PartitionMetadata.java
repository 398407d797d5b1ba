package io.flotilla.log.state;

import io.flotilla.log.LogId;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which partition a directory holds: the file {@code partition.metadata}, in Kafka's format of version 0 with two lines more,
 * because a directory's name can be cut short and the file's content cannot.
 */
public final class PartitionMetadata {
    /** Name of the file. */
    public static final String FILE = "partition.metadata";

    private PartitionMetadata() {}

    /**
     * Reads the file of a partition's directory.
     *
     * @throws IOException when it is absent or not understood
     */
    public static LogId read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        try {
            return parse(SmallFiles.readText(files, file));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * What speaks against a directory's being the log's, or null.
     *
     * @throws IOException when the file is there and cannot be read
     */
    public static String foreign(FileSystem files, Path directory, LogId id) throws IOException {
        try {
            LogId stored = parse(SmallFiles.readText(files, directory.resolve(FILE)));
            return stored.equals(id) ? null : "belongs to " + stored + ", not to " + id;
        } catch (NoSuchFileException e) {
            return "is missing";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private static LogId parse(String text) {
        Map<String, String> values = PropertyLines.parse(text, ":");
        return new LogId(
                PropertyLines.required(values, "topic"),
                Ids.parse(PropertyLines.required(values, "topic_id")),
                Integer.parseInt(PropertyLines.required(values, "partition")));
    }

    /** Writes the file of a new directory; its name is not synced. */
    public static void write(FileSystem files, Path directory, LogId id) throws IOException {
        String text = "version: 0\ntopic_id: %s\ntopic: %s\npartition: %d\n"
                .formatted(Ids.format(id.topicId()), id.topic(), id.partition());
        SmallFiles.write(files, directory.resolve(FILE), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
