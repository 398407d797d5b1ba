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
     * @param error NONE, or KAFKA_STORAGE_ERROR while it is fenced
     * @param path absolute
     * @param totalBytes size of its file system, -1 when unknown
     * @param usableBytes free there, -1 when unknown
     */
    record LogDir(ErrorCode error, String path, long totalBytes, long usableBytes, List<ReplicaSize> replicas) {}

    /**
     * One replica.
     *
     * @param sizeBytes of its segments
     * @param offsetLag offsets its log end is behind the high watermark, 0 when it is not
     */
    record ReplicaSize(PartitionId partition, long sizeBytes, long offsetLag) {}
}
