package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.state.PlannedMove;
import io.flotilla.log.state.Registration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What a broker wants to find again in a log directory, beside the logs. Blocking; thread-safe. */
public final class DirectoryNotes {
    private final FileSystem files;
    private final Path path;

    DirectoryNotes(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /**
     * In which metadata record this directory was registered as its broker's, the last time that somebody looked; empty before
     * {@link #noteRegistered}. Another record since then tells that the broker was without this directory for a while.
     */
    public OptionalLong registered() throws IOException {
        return Registration.read(files, path);
    }

    /** Remembers durably what {@link #registered} tells. */
    public void noteRegistered(long offset) throws IOException {
        Registration.write(files, path, offset);
    }

    /**
     * The moves between directories of this broker that were noted here, in order.
     *
     * @throws IOException also when the note is damaged
     */
    public List<PlannedMove> plannedMoves() throws IOException {
        return PlannedMove.read(files, path);
    }

    /** Remembers durably what {@link #plannedMoves} tells. */
    public void notePlannedMoves(List<PlannedMove> moves) throws IOException {
        PlannedMove.write(files, path, moves);
    }
}
