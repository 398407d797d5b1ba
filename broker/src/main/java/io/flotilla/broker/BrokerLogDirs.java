package io.flotilla.broker;

import io.flotilla.broker.api.LogDirs;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.log.LogDirectory;
import io.flotilla.wire.frame.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Describes this broker's log directories from the replicas that are open. Thread-safe. */
final class BrokerLogDirs implements LogDirs {
    private final Replicas replicas;
    private final Executor blocking;

    BrokerLogDirs(Replicas replicas, Executor blocking) {
        this.replicas = replicas;
        this.blocking = blocking;
    }

    @Override
    public CompletableFuture<List<LogDir>> describe() {
        List<CompletableFuture<LogDirs.ReplicaSize>> sizes = new ArrayList<>();
        List<LogDirectory> where = new ArrayList<>();
        for (Replica replica : replicas.all()) {
            where.add(replica.directory());
            sizes.add(CompletableFuture.supplyAsync(
                    () -> new LogDirs.ReplicaSize(
                            replica.id(),
                            replica.log().sizeInBytes(),
                            Math.max(0, replica.highWatermark() - replica.logEndOffset())),
                    replica.loop()));
        }
        return CompletableFuture.allOf(sizes.toArray(CompletableFuture[]::new))
                .thenApplyAsync(all -> describe(where, sizes), blocking);
    }

    private List<LogDir> describe(List<LogDirectory> where, List<CompletableFuture<LogDirs.ReplicaSize>> sizes) {
        List<LogDir> described = new ArrayList<>();
        for (LogDirectory directory : replicas.directories()) {
            List<LogDirs.ReplicaSize> held = new ArrayList<>();
            for (int i = 0; i < where.size(); i++) {
                if (where.get(i) == directory) {
                    held.add(sizes.get(i).join());
                }
            }
            ErrorCode error = directory.failure() == null ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR;
            described.add(new LogDir(
                    error,
                    directory.path().toAbsolutePath().toString(),
                    bytesOrUnknown(directory::totalSpace),
                    bytesOrUnknown(directory::freeSpace),
                    held));
        }
        return described;
    }

    private static long bytesOrUnknown(Space space) {
        try {
            return space.bytes();
        } catch (IOException e) {
            return LogDir.UNKNOWN_BYTES;
        }
    }

    /** Something a disk is asked. */
    private interface Space {
        long bytes() throws IOException;
    }
}
