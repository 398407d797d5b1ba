package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Every process that a benchmark has started, and the directory for all that they write. Closing kills those that still run
 * and deletes the directory; so does the end of this program, also by Ctrl-C. All methods may be called from any thread.
 */
public final class OwnProcesses implements AutoCloseable {
    private static final int KILL_SECONDS = 20;

    private final Set<Process> processes = ConcurrentHashMap.newKeySet();
    private final Path directory;
    private final Thread hook;
    private volatile boolean ending;

    private OwnProcesses(Path directory) {
        this.directory = directory;
        this.hook = new Thread(this::end, "end-own-processes");
    }

    /** @param parent of the new temporary directory; null for the system's own place */
    public static OwnProcesses in(Path parent) throws IOException {
        String prefix = "flotilla-bench-";
        OwnProcesses own = new OwnProcesses(
                parent == null ? Files.createTempDirectory(prefix) : Files.createTempDirectory(parent, prefix));
        Runtime.getRuntime().addShutdownHook(own.hook);
        return own;
    }

    /** For data, properties and logs; deleted at the end. */
    public Path directory() {
        return directory;
    }

    /** Whether this program is being ended from outside. What then fails was made to fail. */
    public boolean ending() {
        return ending;
    }

    Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        processes.add(process);
        if (ending) {
            process.destroyForcibly();
            throw new CommandException("interrupted");
        }
        return process;
    }

    /** A process that has ended and needs no more care. */
    void forget(Process process) {
        processes.remove(process);
    }

    private void end() {
        ending = true;
        killAll();
        deleteDirectory();
    }

    private void killAll() {
        processes.forEach(Process::destroyForcibly);
        try {
            for (Process process : processes) {
                process.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes a directory with all that is in it; no error when it is absent. */
    static void delete(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path path : List.copyOf(walk.sorted(Comparator.reverseOrder()).toList())) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            if (!e.getFile().equals(root.toString())) {
                throw e;
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void deleteDirectory() {
        try {
            delete(directory);
        } catch (IOException e) {
            System.err.println("flotilla: could not delete " + directory + " (" + e + "); delete it yourself");
        }
    }

    @Override
    public void close() {
        killAll();
        deleteDirectory();
        if (!ending) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
