package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.LeaderTransfer;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Moves leadership only to replicas that have room for records: one that has none would give it away again at once
 * ({@link SpaceRelief}). Thread-safe.
 */
public final class RoomyTransfer implements LeaderTransfer {
    private final int nodeId;
    private final Replicas replicas;
    private final MetadataCache metadata;
    private final RoomQuery room;
    private final LeaderTransfer transfer;

    /** @param transfer moves it then */
    public RoomyTransfer(
            int nodeId, Replicas replicas, MetadataCache metadata, RoomQuery room, LeaderTransfer transfer) {
        this.nodeId = nodeId;
        this.replicas = replicas;
        this.metadata = metadata;
        this.room = room;
        this.transfer = transfer;
    }

    @Override
    public CompletableFuture<ErrorCode> transfer(PartitionId partition, int from, int to) {
        return hasRoom(partition, to)
                .thenCompose(has -> has
                        ? transfer.transfer(partition, from, to)
                        : CompletableFuture.completedFuture(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE));
    }

    private CompletableFuture<Boolean> hasRoom(PartitionId partition, int broker) {
        if (broker == nodeId) {
            Replica replica = replicas.get(partition);
            return CompletableFuture.completedFuture(replica != null && room.isIn(replica.directory()));
        }
        TopicInfo topic = metadata.image().topic(partition.topicId());
        if (topic == null) {
            return CompletableFuture.completedFuture(false);
        }
        return room.ask(broker, List.of(new DescribeLogDirsRequest.Topic(topic.name(), List.of(partition.partition()))))
                .thenApply(names -> names.contains(topic.name() + "-" + partition.partition()));
    }
}
