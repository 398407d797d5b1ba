package io.flotilla.log.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A disk that keeps files open which are read again and again ({@link FileSystem.Access#READ_SHARED}), up to a number; past
 * it, the one that was opened longest ago is closed, once nobody reads it. A file that gets another name, is replaced or
 * removed is let go of: whoever opens the name afterwards gets what has the name then. Thread-safe.
 */
public final class OpenFiles implements FileSystem, Closeable {
    private final FileSystem files;
    private final int most;
    /** The one used longest ago comes first. */
    private final Map<Path, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    /** Counts changes of names, so that a file opened meanwhile is not taken for what has its name now. */
    private long changes;

    private boolean closed;

    /** @param most files kept open beside those that are in use */
    public OpenFiles(FileSystem files, int most) {
        this.files = files;
        this.most = most;
    }

    /** A file, open until it is neither kept nor used. */
    private static final class Kept {
        final FileHandle handle;
        int users = 1;
        boolean isKept;

        Kept(FileHandle handle) {
            this.handle = handle;
        }
    }

    /** Files kept open at present. */
    public synchronized int size() {
        return kept.size();
    }

    @Override
    public FileHandle open(Path file, Access access) throws IOException {
        if (access != Access.READ_SHARED) {
            return files.open(file, access);
        }
        long seen;
        synchronized (this) {
            Kept known = kept.get(file);
            if (known != null) {
                known.users++;
                return new Lease(known);
            }
            seen = changes;
        }
        Kept opened = new Kept(files.open(file, access));
        closeAll(keep(file, opened, seen));
        return new Lease(opened);
    }

    /** Keeps a file for others if its name still means it; returns what is to be closed instead. */
    private synchronized List<Kept> keep(Path file, Kept opened, long seen) {
        List<Kept> unused = new ArrayList<>(1);
        if (changes == seen && !closed && kept.putIfAbsent(file, opened) == null) {
            opened.isKept = true;
            if (kept.size() > most) {
                Iterator<Kept> eldest = kept.values().iterator();
                letGo(eldest.next(), unused);
                eldest.remove();
            }
        }
        return unused;
    }

    private static void letGo(Kept file, List<Kept> unused) {
        file.isKept = false;
        if (file.users == 0) {
            unused.add(file);
        }
    }

    /** Lets go of a file, or of everything in a directory, after its name was changed. */
    private void forget(Path path) throws IOException {
        List<Kept> unused = new ArrayList<>(0);
        synchronized (this) {
            changes++;
            for (Iterator<Map.Entry<Path, Kept>> each = kept.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<Path, Kept> entry = each.next();
                if (entry.getKey().startsWith(path)) {
                    letGo(entry.getValue(), unused);
                    each.remove();
                }
            }
        }
        closeAll(unused);
    }

    private void release(Kept file) throws IOException {
        boolean last;
        synchronized (this) {
            last = --file.users == 0 && !file.isKept;
        }
        if (last) {
            file.handle.close();
        }
    }

    private static void closeAll(List<Kept> unused) throws IOException {
        for (Kept file : unused) {
            file.handle.close();
        }
    }

    /** Closes what is kept; files in use are closed by those who use them. */
    @Override
    public void close() throws IOException {
        List<Kept> unused = new ArrayList<>();
        synchronized (this) {
            closed = true;
            kept.values().forEach(file -> letGo(file, unused));
            kept.clear();
        }
        closeAll(unused);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return files.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            files.rename(from, to);
        } finally {
            forget(from);
            forget(to);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        try {
            files.delete(path);
        } finally {
            forget(path);
        }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        files.syncDirectory(directory);
    }

    @Override
    public long freeSpace(Path path) throws IOException {
        return files.freeSpace(path);
    }

    @Override
    public String bootId() {
        return files.bootId();
    }

    @Override
    public long totalSpace(Path path) throws IOException {
        return files.totalSpace(path);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return files.lock(file);
    }

    /** One user's hold on a file. */
    private final class Lease implements FileHandle {
        private final Kept file;
        private boolean ended;

        Lease(Kept file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.handle.read(target, position);
        }

        @Override
        public boolean prefetch(long position, long count) throws IOException {
            return file.handle.prefetch(position, count);
        }

        @Override
        public FileChannel channel() {
            return file.handle.channel();
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) throws IOException {
            throw new IOException("Opened for reading");
        }

        @Override
        public long size() throws IOException {
            return file.handle.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            throw new IOException("Opened for reading");
        }

        @Override
        public void sync() throws IOException {
            throw new IOException("Opened for reading");
        }

        @Override
        public void close() throws IOException {
            if (!ended) {
                ended = true;
                release(file);
            }
        }
    }
}
