package io.flotilla.broker.api;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What this broker's log directories hold. Thread-safe. */
public interface LogDirs {
    /** Looks at all directories; completes on any loop. */
    CompletableFuture<List<LogDir>> describe();

    /**
     * One directory.
     *
     * @param error NONE, or KAFKA_STORAGE_ERROR if it does not work; then nothing else is known of it
     * @param path absolute
     * @param totalBytes size of its file system, or {@link #UNKNOWN_BYTES}
     * @param usableBytes free there, or {@link #UNKNOWN_BYTES}
     */
    record LogDir(ErrorCode error, String path, long totalBytes, long usableBytes, List<ReplicaSize> replicas) {
        /** What the protocol has for a space that is not known. */
        public static final long UNKNOWN_BYTES = -1;
    }

    /**
     * One replica.
     *
     * @param sizeBytes of its segments
     * @param offsetLag offsets its log end is behind the high watermark, 0 when it is not; of a copy, all that the replica has
     * @param isFuture whether it is a copy that is to take the place of the replica in another directory
     */
    record ReplicaSize(PartitionId partition, long sizeBytes, long offsetLag, boolean isFuture) {}
}
