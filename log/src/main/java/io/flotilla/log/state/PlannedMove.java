package io.flotilla.log.state;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A replica that is to move to another log directory of its broker. Those that have not moved yet are remembered in the file
 * {@code .moves}, in the form of Kafka's checkpoint files: version, number of entries, and a line for each.
 *
 * @param directoryId where it is to go
 */
public record PlannedMove(UUID topicId, int partition, UUID directoryId) {
    private static final String FILE = ".moves";
    private static final String VERSION = "0";
    /** Version and number of entries. */
    private static final int HEADER_LINES = 2;

    private static final int WORDS = 3;

    public PlannedMove {
        if (partition < 0) {
            throw new IllegalArgumentException("no partition has the number " + partition);
        }
    }

    /**
     * Reads the file of a directory, in order; empty when there is none.
     *
     * @throws IOException also when it is not understood
     */
    public static List<PlannedMove> read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!files.exists(file)) {
            return List.of();
        }
        List<String> lines = SmallFiles.readText(files, file).lines().toList();
        try {
            if (lines.size() < HEADER_LINES
                    || !lines.get(0).equals(VERSION)
                    || Integer.parseInt(lines.get(1)) != lines.size() - HEADER_LINES) {
                throw new IOException(file + " does not have version " + VERSION + " or as many lines as it says");
            }
            return lines.stream().skip(HEADER_LINES).map(PlannedMove::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static PlannedMove parse(String line) {
        String[] words = line.split(" ");
        if (words.length != WORDS) {
            throw new IllegalArgumentException("not a topic id, a partition and a directory id: " + line);
        }
        return new PlannedMove(Ids.parse(words[0]), Integer.parseInt(words[1]), Ids.parse(words[2]));
    }

    /** Writes the file durably. */
    public static void write(FileSystem files, Path directory, List<PlannedMove> moves) throws IOException {
        String lines = moves.stream()
                .map(move ->
                        "%s %d %s\n".formatted(Ids.format(move.topicId), move.partition, Ids.format(move.directoryId)))
                .collect(Collectors.joining());
        SmallFiles.replace(files, directory.resolve(FILE), VERSION + "\n" + moves.size() + "\n" + lines);
    }
}
