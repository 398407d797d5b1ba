package io.flotilla.log;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.segment.LogFiles;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.Ids;
import io.flotilla.log.state.PartitionMetadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Moves a log from one log directory to another of the same broker. Most is copied while the log is in use ({@link #copy}). Then
 * it is closed, the rest is copied ({@link #finish}), the other directory's journal takes over the group's term and vote
 * ({@link #adopt}), and the copy becomes the log ({@link #commit}). It may be opened again after that, or after
 * {@link #cancel}, where it was.
 *
 * <p>At any moment exactly one of the two counts, and the files say which after a crash. The copy has the note
 * {@code moved-from}: it does not count while the log it was made from is there. That log's going, which is one renaming of its
 * directory and takes no room on a disk that may be full, is the moment of the move. Blocking; one thread at a time.
 */
public final class LogMove {
    private static final String MOVED_FROM = "moved-from";

    /** Bytes copied and synced at a time. */
    public static final int PIECE_BYTES = 4 << 20;

    private final LogId id;
    private final LogDirectory from;
    private final LogDirectory to;
    private final FileSystem sourceFiles;
    private final FileSystem targetFiles;
    private final Path source;
    private final Path future;
    private final Map<Long, Copied> copied = new HashMap<>();

    /** So much of a segment is copied, and of which file of that name. */
    private record Copied(long bytes, int version) {}

    public LogMove(LogId id, LogDirectory from, LogDirectory to) {
        this.id = id;
        this.from = from;
        this.to = to;
        this.sourceFiles = from.files();
        this.targetFiles = to.files();
        this.source = from.path().resolve(id.directoryName());
        this.future = to.path().resolve(Ids.format(id.topicId()) + "-" + id.partition() + LogFiles.FUTURE);
    }

    /** The directory that the log here was copied from, and that may hold the log itself; or null. */
    public static UUID movedFrom(LogDirectory directory, LogId id) throws IOException {
        Path file = directory.path().resolve(id.directoryName()).resolve(MOVED_FROM);
        try {
            return directory.files().exists(file)
                    ? Ids.parse(SmallFiles.readText(directory.files(), file).strip())
                    : null;
        } catch (IllegalArgumentException e) {
            // Whole before the copy got its name; this one is on its way out.
            return null;
        }
    }

    /** Begins a copy. */
    public void begin() throws IOException {
        // Of an earlier move to where the log is now; it must not speak of this one.
        removeNote(sourceFiles, source.resolve(MOVED_FROM));
        cancel();
        targetFiles.createDirectories(future);
        PartitionMetadata.write(targetFiles, future, id);
    }

    private static void removeNote(FileSystem files, Path note) throws IOException {
        if (files.exists(note)) {
            files.delete(note);
            files.syncDirectory(note.getParent());
        }
    }

    /**
     * Copies the next piece of what is settled, durably.
     *
     * @return bytes copied; 0 when all of it is
     */
    public int copy(List<SettledParts.Part> settled) throws IOException {
        for (SettledParts.Part part : settled) {
            long done = done(part);
            int piece = (int) Math.min(PIECE_BYTES, part.bytes() - done);
            if (piece > 0) {
                try {
                    copyPiece(SegmentFiles.log(source, part.baseOffset()), done, piece);
                } catch (NoSuchFileException e) {
                    // Retention was quicker.
                    continue;
                }
                copied.put(part.baseOffset(), new Copied(done + piece, part.version()));
                return piece;
            }
        }
        return 0;
    }

    private long done(SettledParts.Part part) {
        Copied done = copied.get(part.baseOffset());
        return done == null || done.version() != part.version() ? 0 : done.bytes();
    }

    /** Bytes that are not copied yet. */
    public long left(List<SettledParts.Part> all) {
        return all.stream()
                .mapToLong(part -> Math.max(0, part.bytes() - done(part)))
                .sum();
    }

    /** Bytes copied so far. */
    public long copiedBytes() {
        return copied.values().stream().mapToLong(Copied::bytes).sum();
    }

    private void copyPiece(Path file, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        try (FileHandle in = sourceFiles.open(file, FileSystem.Access.READ)) {
            if (in.read(buffer, position) < bytes) {
                throw new IOException(file + " ends before byte " + (position + bytes));
            }
        }
        buffer.flip();
        try (FileHandle out = targetFiles.open(future.resolve(file.getFileName()), FileSystem.Access.WRITE)) {
            if (position == 0) {
                out.truncate(0);
            }
            out.write(new ByteBuffer[] {buffer}, 1, position);
            out.sync();
        }
    }

    /**
     * Copies what is left, durably. The log is closed.
     *
     * @param all its parts then
     */
    public void finish(List<SettledParts.Part> all) throws IOException {
        Map<Long, SettledParts.Part> parts = new HashMap<>();
        all.forEach(part -> parts.put(part.baseOffset(), part));
        long active = all.get(all.size() - 1).baseOffset();
        Set<String> names = new HashSet<>(sourceFiles.list(source));
        names.removeIf(name -> name.endsWith(SmallFiles.TEMPORARY) || name.endsWith(SegmentFiles.DELETED));
        for (String name : targetFiles.list(future)) {
            if (!names.contains(name)) {
                targetFiles.delete(future.resolve(name));
            }
        }
        for (String name : names) {
            SettledParts.Part part = parts.get(SegmentFiles.number(name, SegmentFiles.LOG));
            finish(name, part, part != null && part.baseOffset() == active);
        }
        String origin = Ids.format(from.identity().directoryId()) + "\n";
        SmallFiles.write(
                targetFiles, future.resolve(MOVED_FROM), ByteBuffer.wrap(origin.getBytes(StandardCharsets.UTF_8)));
        targetFiles.syncDirectory(future);
    }

    /** @param active whether the file may have become larger than the log knew it to be committed */
    private void finish(String name, SettledParts.Part part, boolean active) throws IOException {
        long size;
        try (FileHandle in = sourceFiles.open(source.resolve(name), FileSystem.Access.READ)) {
            size = in.size();
        }
        long done = part == null ? 0 : done(part);
        // A closed segment of another size is another file, which was put in its place at the last moment.
        if (done > size || !active && part != null && size != part.bytes()) {
            done = 0;
        }
        if (done == 0) {
            SmallFiles.write(targetFiles, future.resolve(name), ByteBuffer.allocate(0));
        }
        while (done < size) {
            int piece = (int) Math.min(PIECE_BYTES, size - done);
            copyPiece(source.resolve(name), done, piece);
            done += piece;
        }
    }

    /** The other directory remembers what the group's replica has promised. Completes on the executor once that is durable. */
    public CompletableFuture<Void> adopt(Executor executor) {
        to.journal().markCommitted(id.group(), from.journal().committed(id.group()));
        return to.journal().save(id.group(), from.journal().load(id.group()), executor);
    }

    /**
     * Makes the copy the log. If this fails, the directory that failed is fenced: the one it was moved to before the move, and
     * nothing has changed; or the one it was in, and the log may be opened only once it is known that this one is away.
     *
     * @throws ShortageException when it has not come to its end and no directory failed: to be called again, and the log is not to
     *     be opened before that
     */
    public void commit() throws IOException {
        Path moved = to.path().resolve(id.directoryName());
        step(to, "cannot be moved here", () -> {
            if (targetFiles.exists(future)) {
                targetFiles.rename(future, moved);
            }
            to.names().sync();
        });
        to.admit(id);
        step(from, "cannot be moved away", () -> from.delete(id));
        step(to, "cannot be taken over", () -> removeNote(targetFiles, moved.resolve(MOVED_FROM)));
    }

    private interface Step {
        void run() throws IOException;
    }

    private void step(LogDirectory changed, String failed, Step step) throws IOException {
        try {
            step.run();
        } catch (ShortageException e) {
            throw e;
        } catch (IOException e) {
            changed.fail(id.directoryName() + " " + failed, e);
            throw e;
        }
    }

    /** Gives up a move that was not committed. What the other journal has adopted stays: no log there goes by it. */
    public void cancel() throws IOException {
        copied.clear();
        if (targetFiles.exists(future)) {
            SmallFiles.deleteDirectory(targetFiles, future);
        }
    }
}
