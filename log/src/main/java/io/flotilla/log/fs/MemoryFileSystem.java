package io.flotilla.log.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that can lose power, fill up, fail and rot, for tests and simulations. It keeps the port's promises and
 * nothing more: after {@link #powerLoss} of what was not synced anything may be there, torn, or gone. Thread-safe.
 */
public final class MemoryFileSystem implements FileSystem {
    /** What a {@link Faults} can make fail. */
    public enum Operation {
        OPEN,
        LIST,
        CREATE,
        READ,
        WRITE,
        TRUNCATE,
        SYNC,
        RENAME,
        DELETE,
        SYNC_DIRECTORY;

        /** Whether something on the disk, or what survives there, is another thing afterwards. */
        public boolean isChange() {
            return this != OPEN && this != LIST && this != READ;
        }

        /** Whether a file or directory is opened for it: it fails while no more can be ({@link TooManyOpenFilesException}). */
        public boolean opens() {
            return this == OPEN || this == LIST || this == SYNC_DIRECTORY;
        }
    }

    /** Decides which operations fail. */
    @FunctionalInterface
    public interface Faults {
        /** Called before each operation; an exception is what the caller gets, and the operation has no effect. */
        void before(Operation operation, Path path) throws IOException;

        /** Nothing fails. */
        static Faults none() {
            return (operation, path) -> {};
        }

        /** So many files and directories can be opened more, then none ({@link TooManyOpenFilesException}). */
        static Faults openingAtMost(int more) {
            AtomicInteger left = new AtomicInteger(more);
            return (operation, path) -> {
                if (operation.opens() && left.getAndDecrement() <= 0) {
                    throw new TooManyOpenFilesException(path, null);
                }
            };
        }
    }

    /** A change of names that is not durable yet: an appearance, a disappearance, or both at once (a rename). */
    private record NameChange(Path removed, Path added, Object node) {}

    /** A directory; a file is a {@link MemoryFile}. */
    private static final class Directory {
        final Map<String, Object> visible = new TreeMap<>();
        final Map<String, Object> durable = new TreeMap<>();
        final List<NameChange> pending = new ArrayList<>();
    }

    private final Directory root = new Directory();
    private final TreeSet<Path> locks = new TreeSet<>();
    private Faults faults = Faults.none();
    private long capacity = Long.MAX_VALUE;
    /** Counts power losses and crashes: handles and locks of an earlier life are void. */
    private int life;

    private int boots;

    /** Makes operations fail from now on. */
    public synchronized void setFaults(Faults newFaults) {
        faults = newFaults;
    }

    /** Limits the bytes of all files. */
    public synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    /** Flips bits of a byte of a file, on the disk and for readers. */
    public synchronized void flip(Path path, long position, int mask) throws IOException {
        file(path).flip(position, mask);
    }

    /** Ends the life of all handles and locks, as if the process had been killed. What was written stays. */
    public synchronized void killProcess() {
        life++;
        locks.clear();
    }

    /** Loses power: of what was not synced, some is kept, some lost, some torn, as the random numbers say. */
    public synchronized void powerLoss(RandomGenerator random) {
        killProcess();
        boots++;
        losePower(root, random);
    }

    private void losePower(Directory directory, RandomGenerator random) {
        for (NameChange change : directory.pending) {
            if (random.nextBoolean()) {
                apply(change, directory.durable);
            }
        }
        directory.pending.clear();
        directory.visible.clear();
        directory.visible.putAll(directory.durable);
        for (Object node : directory.visible.values()) {
            if (node instanceof Directory child) {
                losePower(child, random);
            } else {
                ((MemoryFile) node).losePower(random);
            }
        }
    }

    private static void apply(NameChange change, Map<String, Object> names) {
        if (change.removed() != null) {
            Object removed = names.get(name(change.removed()));
            if (removed != change.node()) {
                // The name never reached the disk, so neither does its going.
                return;
            }
            names.remove(name(change.removed()));
        }
        if (change.added() != null) {
            names.put(name(change.added()), change.node());
        }
    }

    @Override
    public synchronized FileHandle open(Path path, Access access) throws IOException {
        check(Operation.OPEN, path);
        Directory parent = directory(path.getParent());
        Object node = parent.visible.get(name(path));
        if (node == null && access == Access.WRITE) {
            check(Operation.CREATE, path);
            node = new MemoryFile();
            change(parent, new NameChange(null, path, node));
        }
        if (!(node instanceof MemoryFile file)) {
            throw new NoSuchFileException(path.toString());
        }
        return new Handle(path, file, access);
    }

    @Override
    public synchronized List<String> list(Path path) throws IOException {
        check(Operation.LIST, path);
        return List.copyOf(directory(path).visible.keySet());
    }

    @Override
    public synchronized boolean exists(Path path) {
        try {
            return find(path) != null;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public synchronized void createDirectories(Path path) throws IOException {
        if (path.getParent() != null) {
            createDirectories(path.getParent());
            Directory parent = directory(path.getParent());
            if (!parent.visible.containsKey(name(path))) {
                check(Operation.CREATE, path);
                change(parent, new NameChange(null, path, new Directory()));
            }
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        check(Operation.RENAME, from);
        Directory parent = directory(from.getParent());
        Object node = find(from);
        if (!from.getParent().equals(to.getParent())) {
            throw new IOException("Not within one directory: " + from + " to " + to);
        }
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        if (parent.visible.get(name(to)) instanceof Directory) {
            throw new IOException("Is a directory: " + to);
        }
        change(parent, new NameChange(from, to, node));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        check(Operation.DELETE, path);
        Directory parent = directory(path.getParent());
        Object node = parent.visible.get(name(path));
        if (node instanceof Directory child && !child.visible.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        if (node != null) {
            change(parent, new NameChange(path, null, node));
        }
    }

    @Override
    public synchronized void syncDirectory(Path path) throws IOException {
        check(Operation.SYNC_DIRECTORY, path);
        Directory directory = directory(path);
        directory.pending.clear();
        directory.durable.clear();
        directory.durable.putAll(directory.visible);
    }

    @Override
    public synchronized long freeSpace(Path path) {
        return capacity - used(root);
    }

    @Override
    public synchronized long totalSpace(Path path) {
        return capacity;
    }

    @Override
    public synchronized String bootId() {
        return "boot-" + boots;
    }

    @Override
    public synchronized Closeable lock(Path path) throws IOException {
        if (!locks.add(path)) {
            throw new IOException("Locked: " + path);
        }
        int lockedIn = life;
        return () -> unlock(path, lockedIn);
    }

    private synchronized void unlock(Path path, int lockedIn) {
        if (lockedIn == life) {
            locks.remove(path);
        }
    }

    private void check(Operation operation, Path path) throws IOException {
        faults.before(operation, path);
    }

    private static void change(Directory parent, NameChange change) {
        apply(change, parent.visible);
        parent.pending.add(change);
    }

    private static long used(Directory directory) {
        long used = 0;
        for (Object node : directory.visible.values()) {
            used += node instanceof Directory child ? used(child) : ((MemoryFile) node).size();
        }
        return used;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private MemoryFile file(Path path) throws IOException {
        if (find(path) instanceof MemoryFile file) {
            return file;
        }
        throw new NoSuchFileException(path.toString());
    }

    private Directory directory(Path path) throws NoSuchFileException {
        if (find(path) instanceof Directory directory) {
            return directory;
        }
        throw new NoSuchFileException(path.toString());
    }

    private Object find(Path path) throws NoSuchFileException {
        Path parent = path.getParent();
        return parent == null ? root : directory(parent).visible.get(name(path));
    }

    private final class Handle implements FileHandle {
        private final Path path;
        private final MemoryFile file;
        private final Access access;
        private final int openedIn = life;
        private boolean closed;

        Handle(Path path, MemoryFile file, Access access) {
            this.path = path;
            this.file = file;
            this.access = access;
        }

        private void check(Operation operation) throws IOException {
            checkOpen(operation);
            MemoryFileSystem.this.check(operation, path);
        }

        private void checkOpen(Operation operation) throws IOException {
            if (closed || openedIn != life) {
                throw new IOException("Handle is closed: " + path);
            }
            if (operation != Operation.READ && access != Access.WRITE) {
                throw new IOException("Opened for reading: " + path);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (MemoryFileSystem.this) {
                check(Operation.READ);
                return file.read(target, position);
            }
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) throws IOException {
            synchronized (MemoryFileSystem.this) {
                check(Operation.WRITE);
                int length = 0;
                for (int i = 0; i < count; i++) {
                    length += sources[i].remaining();
                }
                long growth = Math.max(0, position + length - file.size());
                if (capacity != Long.MAX_VALUE && used(root) + growth > capacity) {
                    throw new NoSpaceException("Disk full writing " + path, null);
                }
                ByteBuffer all = ByteBuffer.allocate(length);
                for (int i = 0; i < count; i++) {
                    all.put(sources[i]);
                }
                file.write(all.array(), position);
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (MemoryFileSystem.this) {
                check(Operation.READ);
                return file.size();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (MemoryFileSystem.this) {
                check(Operation.TRUNCATE);
                file.truncate(size);
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (MemoryFileSystem.this) {
                checkOpen(Operation.SYNC);
                try {
                    MemoryFileSystem.this.check(Operation.SYNC, path);
                } catch (IOException e) {
                    if (openedIn == life) {
                        file.loseUnsynced();
                    }
                    throw e;
                }
                file.sync();
            }
        }

        @Override
        public void close() {
            synchronized (MemoryFileSystem.this) {
                closed = true;
            }
        }
    }
}
