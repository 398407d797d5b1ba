package io.flotilla.log.state;

import io.flotilla.log.GroupId;
import io.flotilla.log.LogFailedException;
import io.flotilla.log.LogFailure;
import io.flotilla.log.flush.FlushTarget;
import io.flotilla.log.flush.Flusher;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Term and vote of every Raft group of a log directory, in one file that is only appended to: a save is one small write, and
 * all saves of a flush round share one sync, so an election storm costs a few. Beside that it notes, without syncing, how
 * far each group's log is known to be committed, by which recovery tells an interrupted write from damage.
 *
 * <p>See {@link JournalFrames} for the format and what is done about damage. When most of the file is out of date it is
 * rewritten and put in place atomically. Thread-safe.
 */
public final class HardStateJournal extends FlushTarget {
    /** Name of the file in the log directory. */
    public static final String FILE = "hard-state.journal";

    private static final String DAMAGED = ".damaged";
    private static final int REWRITE_FROM_BYTES = 1 << 20;
    private static final int REWRITE_AT_GARBAGE_FACTOR = 4;

    /** A group whose state is to be written; {@code saved} is null if nobody waits for it. */
    private record Request(GroupId group, CompletableFuture<Void> saved, Executor loop) {
        void complete() {
            if (saved != null) {
                loop.execute(() -> saved.complete(null));
            }
        }

        void fail(LogFailure failure) {
            if (saved != null) {
                loop.execute(() -> saved.completeExceptionally(new LogFailedException(failure)));
            }
        }
    }

    private final FileSystem files;
    private final Path file;
    private final Flusher flusher;

    /** The newest state of each group, perhaps not yet written. */
    private final Map<GroupId, GroupState> states = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();

    // Touched by the flushing thread only.
    /** Null if the file must be rewritten before anything is appended. */
    private FileHandle handle;

    private long size;
    private long synced;

    private HardStateJournal(FileSystem files, Path file, Flusher flusher) {
        this.files = files;
        this.file = file;
        this.flusher = flusher;
    }

    /** Whether a directory has a journal. */
    public static boolean exists(FileSystem files, Path directory) throws IOException {
        return files.exists(directory.resolve(FILE));
    }

    /** Called before a damaged journal is replaced by what could be read of it. */
    @FunctionalInterface
    public interface DamageListener {
        /** Terms and votes may be lost: has that remembered, durably. */
        void damaged(String what) throws IOException;
    }

    /**
     * Opens a directory's journal, creating it when absent. A damaged one is kept under another name. Blocks.
     *
     * @param lastStop how the process that had it open last ended
     */
    public static HardStateJournal open(
            FileSystem files, Path directory, Flusher flusher, LastStop lastStop, DamageListener listener)
            throws IOException {
        Path file = directory.resolve(FILE);
        HardStateJournal journal = new HardStateJournal(files, file, flusher);
        if (files.exists(file)) {
            journal.replay(lastStop, listener);
        } else {
            files.open(file, FileSystem.Access.WRITE).close();
            files.syncDirectory(directory);
            journal.handle = files.open(file, FileSystem.Access.WRITE);
        }
        return journal;
    }

    private void replay(LastStop lastStop, DamageListener listener) throws IOException {
        byte[] content = SmallFiles.read(files, file);
        JournalFrames.Replayed replayed = JournalFrames.replay(content, lastStop, (group, state) -> {
            if (state == null) {
                states.remove(group);
            } else {
                states.put(group, state);
            }
        });
        if (replayed.damaged()) {
            Path kept = freeName();
            listener.damaged(
                    file + " is damaged at byte " + replayed.wholeBytes() + "; it is kept as " + kept.getFileName());
            SmallFiles.write(files, kept, ByteBuffer.wrap(content));
        }
        // What a killed process wrote, or a failed sync left, may stand in the system's cache only: write it all again.
        rewrite();
    }

    private Path freeName() throws IOException {
        int number = 1;
        while (files.exists(damagedName(number))) {
            number++;
        }
        return damagedName(number);
    }

    private Path damagedName(int number) {
        return file.resolveSibling(FILE + "." + number + DAMAGED);
    }

    /** What was last saved for a group, or {@link HardState#NONE}. */
    public HardState load(GroupId group) {
        GroupState state = states.get(group);
        return state == null ? HardState.NONE : new HardState(state.term(), state.votedFor());
    }

    /** Last index noted as committed for a group; 0 before any. */
    public long committed(GroupId group) {
        GroupState state = states.get(group);
        return state == null ? 0 : state.committed();
    }

    /**
     * Saves durably.
     *
     * @return completes on the loop; with {@link LogFailedException} when the directory failed
     */
    public CompletableFuture<Void> save(GroupId group, HardState state, Executor loop) {
        states.merge(group, GroupState.NONE.with(state), (old, saved) -> old.with(state));
        CompletableFuture<Void> saved = new CompletableFuture<>();
        request(new Request(group, saved, loop));
        return saved;
    }

    /** Notes that a group's log is committed, and durable here, up to an index. Written soon, not synced. */
    public void markCommitted(GroupId group, long index) {
        if (index > committed(group)) {
            states.merge(group, GroupState.NONE.withCommitted(index), (old, marked) -> old.withCommitted(index));
            request(new Request(group, null, null));
        }
    }

    /** Forgets what {@link #markCommitted} noted: the log is to be built anew. Written soon, durable with the next save. */
    public void forgetCommitted(GroupId group) {
        if (states.computeIfPresent(group, (same, old) -> old.withCommitted(0)) != null) {
            request(new Request(group, null, null));
        }
    }

    /** Forgets a group whose replica is gone. Written soon, durable with the next save. */
    public void forget(GroupId group) {
        if (states.remove(group) != null) {
            request(new Request(group, null, null));
        }
    }

    /** Syncs what is queued and closes the file. Completes on any thread. */
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        request(new Request(null, closed, Runnable::run));
        return closed;
    }

    private void request(Request request) {
        requests.add(request);
        flusher.markDirty(this);
    }

    @Override
    protected void flush() throws IOException {
        List<Request> taken = new ArrayList<>();
        Set<GroupId> groups = new LinkedHashSet<>();
        boolean sync = false;
        boolean close = false;
        for (Request request = requests.poll(); request != null; request = requests.poll()) {
            taken.add(request);
            sync |= request.saved() != null;
            if (request.group() == null) {
                close = true;
            } else {
                groups.add(request.group());
            }
        }
        try {
            write(groups, sync);
            if (close) {
                handle.close();
            }
        } catch (IOException | RuntimeException e) {
            requests.addAll(taken);
            throw e;
        }
        taken.forEach(Request::complete);
    }

    private void write(Set<GroupId> groups, boolean sync) throws IOException {
        if (handle == null) {
            rewrite();
        } else if (!groups.isEmpty()) {
            ByteBuffer frames = JournalFrames.encode(groups, states::get, synced);
            int bytes = frames.remaining();
            handle.write(new ByteBuffer[] {frames}, 1, size);
            size += bytes;
        }
        if (sync && synced < size) {
            handle.sync();
            synced = size;
        }
        if (size > REWRITE_FROM_BYTES && size > REWRITE_AT_GARBAGE_FACTOR * JournalFrames.sizeOf(states.size())) {
            rewrite();
        }
    }

    /** If a shortage interrupts it, the next flush does it again, whichever file has the name by then. */
    private void rewrite() throws IOException {
        ByteBuffer frames = JournalFrames.encode(states.keySet(), states::get, 0);
        int bytes = frames.remaining();
        if (handle != null) {
            // Of a file that is about to lose its name: what is written there from now on would not be found again.
            handle.close();
            handle = null;
        }
        SmallFiles.replace(files, file, frames);
        handle = files.open(file, FileSystem.Access.WRITE);
        size = bytes;
        synced = bytes;
    }

    @Override
    protected void abandon(LogFailure failure) {
        for (Request request = requests.poll(); request != null; request = requests.poll()) {
            request.fail(failure);
        }
    }
}
