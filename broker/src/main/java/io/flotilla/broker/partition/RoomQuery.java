package io.flotilla.broker.partition;

import io.flotilla.broker.net.Peers;
import io.flotilla.log.LogDirectory;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import io.flotilla.wire.message.DescribeLogDirsResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Tells where there is room for the records of a leader: enough is free, and some more, as it is not to be short again at once.
 * What this broker wants free is taken for what the others want. Thread-safe.
 */
public final class RoomQuery {
    private static final long TIMEOUT_MS = 2_000;
    private static final short VERSION = 4;

    private final Peers peers;
    private final long enough;

    /** @param minFreeBytes {@code log.dir.min.free.bytes} */
    public RoomQuery(Peers peers, long minFreeBytes) {
        this.peers = peers;
        this.enough = minFreeBytes + minFreeBytes / 4;
    }

    /**
     * Asks another broker about its replicas of these partitions.
     *
     * @return never fails; the names ({@code topic-N}) of those that have room, none if the broker does not answer
     */
    CompletableFuture<Set<String>> ask(int broker, List<DescribeLogDirsRequest.Topic> partitions) {
        DescribeLogDirsRequest question = new DescribeLogDirsRequest(partitions);
        return peers.<DescribeLogDirsResponse>call(broker, ApiKey.DESCRIBE_LOG_DIRS, VERSION, question, TIMEOUT_MS)
                .thenApply(this::withRoom)
                .exceptionally(failure -> Set.of());
    }

    /** Whether there is room in a directory of this broker. */
    boolean isIn(LogDirectory directory) {
        return directory.lastFreeSpace() > enough;
    }

    private Set<String> withRoom(DescribeLogDirsResponse response) {
        Set<String> names = new HashSet<>();
        for (DescribeLogDirsResponse.LogDir dir : response.results()) {
            if (dir.errorCode() == 0 && dir.usableBytes() > enough) {
                dir.topics().forEach(topic -> topic.partitions().stream()
                        .filter(partition -> !partition.isFutureKey())
                        .forEach(partition -> names.add(topic.name() + "-" + partition.partitionIndex())));
            }
        }
        return names;
    }
}
