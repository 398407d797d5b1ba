package io.flotilla.log.redo;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes the small appends of many logs durable with one sync. Each append is written to its segment, which is not synced, and once more
 * to this journal, which is: one file instead of many, and one that does not grow, so that the file system has nothing of its own to
 * write with it. On ext4 that takes two thirds of the time of a sync of one segment that has grown, and an eighth of that of four
 * (docs/storage.md has the measurement).
 *
 * <p>Two files take turns, a lap each. Before one is begun anew, all segments with bytes in it are synced: their logs are asked
 * for it, a few at a time, while the other file fills up. {@link RedoFrame} has the format,
 * {@link io.flotilla.log.maintain.RedoReplay} what a start does.
 *
 * <p>What is in the journal is written to a segment again after a stop. So before a log changes bytes that it has appended, or is closed,
 * {@link #bar} must say that its appends until then are not to be. Blocking; thread-safe.
 */
public final class RedoJournal {
    /** How much of the disk a journal takes unless something else is said, in bytes. */
    public static final long DEFAULT_BYTES = 64L << 20;

    private static final int LAPS = 2;
    /** The files grow by so much at a time, as zeros. */
    private static final int GROWTH = 256 << 10;
    /** In pieces of this size: for a larger one the system would write more than what changes in it. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(16 << 10);

    /** Logs asked to settle at each frame. */
    private static final int SETTLED_AT_A_TIME = 2;

    /** One of the two files, and what depends on it. */
    private static final class Lap {
        private FileHandle handle;
        /** Where the next frame begins. */
        private long position;
        /** Length of the file: up to here writing changes nothing but bytes. */
        private long length;

        private int frames;
        /** How many the lap before has. */
        private int framesBefore;
        /** Logs of which bytes are in this file and perhaps not in their segments, in an order that does not change from run to run. */
        private final Set<Debtor> debtors = Collections.synchronizedSet(new LinkedHashSet<>());
        /** Groups with entries here that count. */
        private final Set<GroupId> groups = new HashSet<>();
    }

    private final FileSystem files;
    private final Path directory;
    private final UUID id;
    /** Held while a frame is written: by a round's, and by the bars of those that it flushes at the same time. */
    private final ReentrantLock writing = new ReentrantLock();

    private final Lap[] laps = {new Lap(), new Lap()};
    private final RedoFrame first = new RedoFrame();
    private final RedoFrame barrier = new RedoFrame();
    private final Deque<Debtor> toBeAsked = new ArrayDeque<>();
    private long lap;
    private volatile long lapBytes = DEFAULT_BYTES / LAPS;

    /**
     * A journal whose files are made when they are first needed, or begun anew.
     *
     * @param directory the log directory, and its id
     * @param found the newest lap that was found there and replayed, or {@link RedoLap#NONE}
     */
    public RedoJournal(FileSystem files, Path directory, UUID id, long found) throws IOException {
        this.files = files;
        this.directory = directory;
        this.id = id;
        // The lap before the one that begins now is not there: nothing that was found will be written again.
        this.lap = found == RedoLap.NONE ? 0 : found + LAPS;
        if (found != RedoLap.NONE) {
            open(present());
            begin(present());
        }
    }

    /** One of the journal's files, 0 or 1. */
    public static Path file(Path directory, int number) {
        return directory.resolve("redo-" + number + ".journal");
    }

    /** Whether a file of this name is one of the journal's. */
    public static boolean isFile(String name) {
        return name.matches("redo-[01]\\.journal");
    }

    /** Sets how much of the disk it may take, both files together, in bytes; 0: it is not used. */
    public void setBytes(long bytes) {
        lapBytes = bytes / LAPS;
    }

    /** Whether there is room, now, for a frame with so many bytes in so many entries. If not, logs are asked to make some. */
    public boolean hasRoomFor(long bytes, int entries) {
        long size = RedoFrame.size(entries, bytes);
        if (size > lapBytes) {
            return false;
        }
        writing.lock();
        try {
            return makeRoom(size);
        } finally {
            writing.unlock();
        }
    }

    private boolean makeRoom(long size) {
        ask(SETTLED_AT_A_TIME);
        if (present().position + size <= lapBytes) {
            return true;
        }
        if (!other().debtors.isEmpty()) {
            ask(Integer.MAX_VALUE);
            return false;
        }
        beginLap();
        return true;
    }

    private Lap present() {
        return laps[(int) (lap % LAPS)];
    }

    private Lap other() {
        return laps[(int) ((lap + 1) % LAPS)];
    }

    private void ask(int most) {
        int asked = 0;
        while (asked < most && !toBeAsked.isEmpty()) {
            Debtor debtor = toBeAsked.remove();
            if (other().debtors.contains(debtor)) {
                debtor.settle();
                asked++;
            }
        }
    }

    private void beginLap() {
        toBeAsked.clear();
        toBeAsked.addAll(List.copyOf(present().debtors));
        int frames = present().frames;
        lap++;
        present().position = 0;
        present().frames = 0;
        present().framesBefore = frames;
    }

    /**
     * Makes the bytes of a frame durable, after {@link #hasRoomFor}.
     *
     * @param debtors whose they are: they owe a sync of their segments from now on
     * @throws ShortageException when there is no room on the disk, or no file can be opened: nothing has been done
     * @throws IOException when the disk failed
     */
    public void commit(RedoFrame frame, Collection<? extends Debtor> debtors) throws IOException {
        writing.lock();
        try {
            write(frame);
            present().debtors.addAll(debtors);
            debtors.forEach(debtor -> present().groups.add(debtor.group()));
        } finally {
            writing.unlock();
        }
    }

    private void write(RedoFrame frame) throws IOException {
        Lap target = present();
        open(target);
        if (target.frames == 0) {
            begin(target);
        }
        put(target, frame);
    }

    private void open(Lap target) throws IOException {
        if (target.handle == null) {
            FileHandle handle = files.open(file(directory, (int) (lap % LAPS)), FileSystem.Access.WRITE);
            try {
                files.syncDirectory(directory);
                target.length = handle.size();
                target.handle = handle;
            } finally {
                if (target.handle == null) {
                    handle.close();
                }
            }
        }
    }

    /** Writes a frame that says which lap it is, and fits into a sector: what is there of the lap before is gone at once, or stays. */
    private void begin(Lap target) throws IOException {
        first.beginLap(target.framesBefore);
        put(target, first);
        // Not before: until then a stop brings the lap before back, and what it holds must be barred from that.
        target.groups.clear();
    }

    private void put(Lap target, RedoFrame frame) throws IOException {
        grow(target, target.position + frame.size());
        frame.finish(id, lap, target.frames);
        target.handle.write(frame.parts(), frame.count(), target.position);
        target.handle.sync();
        target.position += frame.size();
        target.frames++;
    }

    private void grow(Lap target, long needed) throws IOException {
        if (needed > target.length) {
            long length = Math.max(needed, Math.min(target.length + GROWTH, lapBytes));
            for (long at = target.length; at < length; at += ZEROS.capacity()) {
                ByteBuffer zeros = ZEROS.duplicate().limit((int) Math.min(ZEROS.capacity(), length - at));
                target.handle.write(new ByteBuffer[] {zeros}, 1, at);
            }
            target.handle.sync();
            target.length = length;
        }
    }

    /** All bytes that a log has appended are durable in its segments. */
    public void settled(Debtor debtor) {
        for (Lap each : laps) {
            each.debtors.remove(debtor);
        }
    }

    /**
     * Has nothing written again that a group's log has appended until now; it must be {@link #settled}. Durable on return.
     *
     * @throws ShortageException as for {@link #commit}
     */
    public void bar(GroupId group) throws IOException {
        writing.lock();
        try {
            if (laps[0].groups.contains(group) || laps[1].groups.contains(group)) {
                barrier.clear();
                barrier.addBarrier(group);
                write(barrier);
                laps[0].groups.remove(group);
                laps[1].groups.remove(group);
            }
        } finally {
            writing.unlock();
        }
    }

    /** Closes the files, when no log uses them any more. */
    public void close() throws IOException {
        for (Lap each : laps) {
            if (each.handle != null) {
                each.handle.close();
                each.handle = null;
            }
        }
    }
}
