package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.MetaProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Signatures first; the code follows. */
public final class LogDirectory {
    private static UnsupportedOperationException later() {
        return new UnsupportedOperationException();
    }

    /**
     * Opens a directory, creating it when absent or empty. Blocks.
     *
     * @param identity who opens it; its directory id is used only if the directory is new
     * @param blocking runs writes, syncs and cold reads
     * @throws LogDirectoryException when it must not be used: held by another process, of another node or cluster, damaged
     */
    public static LogDirectory open(FileSystem files, Path path, MetaProperties identity, Executor blocking)
            throws IOException {
        throw later();
    }

    /**
     * Notes which cluster this directory belongs to, when it was opened without knowing: a broker that starts for the first
     * time learns the cluster's id only once it has joined. From then on the directory is refused to other clusters.
     * Blocks; does nothing when the id is the one known already.
     */
    public void joinCluster(String clusterId) throws IOException {
        throw later();
    }

    public Path path() {
        throw later();
    }

    public MetaProperties identity() {
        throw later();
    }

    public HardStateJournal journal() {
        throw later();
    }

    /** Partition directories found at open. */
    public List<LogId> found() {
        throw later();
    }

    /** Opens a partition's log, creating it when absent; blocks, any thread, several at once for different partitions. */
    public OpenResult openLog(LogId id, byte[] initialConfiguration, LogConfig config, long nowMs) throws IOException {
        throw later();
    }

    /** Deletes a closed log (or one never opened): its directory is renamed now and removed later. Blocks. */
    public void delete(LogId id) throws IOException {
        throw later();
    }

    /** Renames the directory of a closed, damaged or unknown log so that it is never opened again nor removed. Blocks. */
    public Path setAside(LogId id) throws IOException {
        throw later();
    }

    /** Notes in the journal how far logs are known to be committed; call it every second or so. Does not block. */
    public void markCommitted() {
        throw later();
    }

    /** Bytes that can still be written. Blocks. */
    public long freeSpace() throws IOException {
        throw later();
    }

    /** Why this directory was fenced, or null. Any thread. */
    public LogFailure failure() {
        throw later();
    }

    /** After all logs were closed: writes out the journal and frees the lock. */
    public CompletableFuture<Void> close() {
        throw later();
    }
}
