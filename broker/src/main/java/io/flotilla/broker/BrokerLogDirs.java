package io.flotilla.broker;

import io.flotilla.broker.api.LogDirs;
import io.flotilla.broker.partition.LogDirectories;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.ReplicaMoves;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.log.LogDirectory;
import io.flotilla.wire.frame.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Describes this broker's log directories from the replicas that are open and those on the move. Thread-safe. */
final class BrokerLogDirs implements LogDirs {
    private final Replicas replicas;
    private final ReplicaMoves moves;
    private final Executor blocking;

    BrokerLogDirs(Replicas replicas, ReplicaMoves moves, Executor blocking) {
        this.replicas = replicas;
        this.moves = moves;
        this.blocking = blocking;
    }

    /** A replica, or the copy of one, and where it lies. */
    private record Placed(LogDirectory directory, ReplicaSize size) {}

    @Override
    public CompletableFuture<List<LogDir>> describe() {
        List<CompletableFuture<Placed>> sizes = new ArrayList<>();
        for (Replica replica : replicas.all()) {
            sizes.add(CompletableFuture.supplyAsync(
                    () -> new Placed(
                            replica.directory(),
                            new ReplicaSize(
                                    replica.id(),
                                    replica.log().sizeInBytes(),
                                    Math.max(0, replica.highWatermark() - replica.logEndOffset()),
                                    false)),
                    replica.loop()));
        }
        return CompletableFuture.allOf(sizes.toArray(CompletableFuture[]::new))
                .thenCombine(moves.futures(), (all, futures) -> {
                    List<Placed> placed = new ArrayList<>(
                            sizes.stream().map(CompletableFuture::join).toList());
                    futures.forEach(future -> placed.add(future(future)));
                    return placed;
                })
                .thenApplyAsync(this::describe, blocking);
    }

    private Placed future(ReplicaMoves.Future future) {
        Replica replica = replicas.get(future.id());
        long lag = replica == null ? 0 : replica.highWatermark() - replica.logStartOffset();
        return new Placed(future.directory(), new ReplicaSize(future.id(), future.bytes(), lag, true));
    }

    private List<LogDir> describe(List<Placed> placed) {
        LogDirectories directories = replicas.directories();
        Map<LogDirectory, List<ReplicaSize>> held = new LinkedHashMap<>();
        directories.working().forEach(directory -> held.put(directory, new ArrayList<>()));
        placed.forEach(replica ->
                held.getOrDefault(replica.directory(), new ArrayList<>()).add(replica.size()));
        List<LogDir> described = new ArrayList<>();
        held.forEach((directory, sizes) -> described.add(new LogDir(
                ErrorCode.NONE,
                text(directory.path()),
                bytesOrUnknown(directory::totalSpace),
                bytesOrUnknown(directory::freeSpace),
                sizes)));
        directories
                .broken()
                .forEach(path -> described.add(new LogDir(
                        ErrorCode.KAFKA_STORAGE_ERROR,
                        text(path),
                        LogDir.UNKNOWN_BYTES,
                        LogDir.UNKNOWN_BYTES,
                        List.of())));
        return described;
    }

    private static String text(Path path) {
        return path.toAbsolutePath().toString();
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
