package io.flotilla.log.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * An open file. Several threads may read while one thread writes. Open handles stay valid when the file is renamed or
 * deleted.
 */
public interface FileHandle extends Closeable {
    /**
     * Reads at a position until the buffer is full or the file ends.
     *
     * @return bytes read; fewer than asked only at the end of the file, then possibly 0
     */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * Writes all remaining bytes of the first {@code count} buffers at a position, in order, as one gathering write where
     * the system allows. After an exception any part of the bytes may have been written.
     *
     * @throws NoSpaceException when the disk is full
     */
    void write(ByteBuffer[] sources, int count, long position) throws IOException;

    /**
     * Brings a range of the file into the system's memory, from where it can be read and sent without waiting for the disk.
     *
     * @return whether the disk had to be waited for, as far as can be told
     */
    default boolean prefetch(long position, long count) throws IOException {
        return false;
    }

    /** The operating system's own handle, for what is sent from the file without a copy; null if this is none of its files. */
    default FileChannel channel() {
        return null;
    }

    /** Length of the file in bytes. */
    long size() throws IOException;

    /** Cuts the file to a length not above its size. Durable after the next {@link #sync}. */
    void truncate(long size) throws IOException;

    /**
     * Makes everything written so far durable (fdatasync). After an exception it is unknown what is on the disk, and a
     * later success says nothing about bytes written before the failure: never retry (Rebello et al., ATC 2020).
     */
    void sync() throws IOException;

    @Override
    void close() throws IOException;
}
