package io.flotilla.log.flush;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Group commit for the names in one directory. Whoever wants them durable while a sync runs shares the next one with all
 * others who come meanwhile: a thousand logs that are made at the same time take a few dozen syncs of the directory above them.
 * A caller alone syncs at once. Thread-safe.
 */
public final class DirectorySync {
    private final FileSystem files;
    private final Path directory;

    /** The sync that has not begun yet, which covers every change made before it was looked up here. */
    private final AtomicReference<Turn> next = new AtomicReference<>(new Turn(CompletableFuture.completedFuture(null)));

    public DirectorySync(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /** One sync, shared by those who joined before it began; the first of them carries it out, after the one before. */
    private static final class Turn {
        private final CompletableFuture<Void> before;
        private final AtomicBoolean taken = new AtomicBoolean();
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Turn(CompletableFuture<Void> before) {
            this.before = before;
        }
    }

    /**
     * Makes all changes of names that the caller made before durable. Blocks.
     *
     * @throws io.flotilla.log.fs.ShortageException when the directory could not be opened: no sync was begun, so it may be tried
     *     again
     * @throws IOException when the disk failed; all who shared the sync get it
     */
    public void sync() throws IOException {
        Turn turn = next.get();
        if (turn.taken.compareAndSet(false, true)) {
            carryOut(turn);
            return;
        }
        try {
            turn.done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ShortageException shortage) {
                throw shortage;
            }
            throw new IOException("sync of " + directory + " failed: " + e.getCause(), e.getCause());
        }
    }

    private void carryOut(Turn turn) throws IOException {
        turn.before.handle((nothing, failure) -> null).join();
        // From here on others join the next one: what they changed may come too late for this one.
        next.set(new Turn(turn.done));
        try {
            files.syncDirectory(directory);
            turn.done.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            turn.done.completeExceptionally(e);
            throw e;
        }
    }
}
