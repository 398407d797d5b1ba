package io.flotilla.log.fs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Whole-file and whole-tree operations, made of the port's. */
public final class SmallFiles {
    /** Suffix of a file that is being written under a temporary name. */
    public static final String TEMPORARY = ".tmp";

    private static final int MOST_BYTES = 1 << 28;

    private SmallFiles() {}

    /** All bytes of a file. */
    public static byte[] read(FileSystem files, Path file) throws IOException {
        try (FileHandle handle = files.open(file, FileSystem.Access.READ)) {
            long size = handle.size();
            if (size > MOST_BYTES) {
                throw new IOException(file + " has " + size + " bytes, more than it can have");
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            if (handle.read(content, 0) < size) {
                throw new IOException(file + " ended early");
            }
            return content.array();
        }
    }

    /** A file as UTF-8 text. */
    public static String readText(FileSystem files, Path file) throws IOException {
        return new String(read(files, file), StandardCharsets.UTF_8);
    }

    /** Gives a file new content, durably and at once: after a crash it has the old or the new. */
    public static void replace(FileSystem files, Path file, ByteBuffer content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
        write(files, temporary, content);
        files.rename(temporary, file);
        files.syncDirectory(file.getParent());
    }

    /** {@link #replace(FileSystem, Path, ByteBuffer)} with UTF-8 text. */
    public static void replace(FileSystem files, Path file, String text) throws IOException {
        replace(files, file, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes and syncs a file's content, replacing what it had; its name is not synced. */
    public static void write(FileSystem files, Path file, ByteBuffer content) throws IOException {
        try (FileHandle handle = files.open(file, FileSystem.Access.WRITE)) {
            handle.truncate(0);
            handle.write(new ByteBuffer[] {content}, 1, 0);
            handle.sync();
        }
    }

    /** Creates a directory and its missing parents, durably. */
    public static void createDirectories(FileSystem files, Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            if (!files.exists(parent)) {
                createDirectories(files, parent);
            }
            files.createDirectories(directory);
            files.syncDirectory(parent);
        }
    }

    /** Removes a directory of files, without syncing. */
    public static void deleteDirectory(FileSystem files, Path directory) throws IOException {
        for (String name : files.list(directory)) {
            files.delete(directory.resolve(name));
        }
        files.delete(directory);
    }
}
