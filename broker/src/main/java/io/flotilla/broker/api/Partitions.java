package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.Message;
import java.util.UUID;

/** Finds the local replica a request means, or the error that says why there is none. Thread-safe. */
public final class Partitions {
    private final MetadataCache metadata;
    private final LeaderTable leaders;
    private final Replicas replicas;

    public Partitions(MetadataCache metadata, LeaderTable leaders, Replicas replicas) {
        this.metadata = metadata;
        this.leaders = leaders;
        this.replicas = replicas;
    }

    /**
     * A partition looked up.
     *
     * @param id the partition, or null when its topic is unknown
     * @param replica the replica here; null when there is an error
     * @param error NONE when there is a replica here that works
     */
    public record Found(PartitionId id, Replica replica, ErrorCode error) {}

    /** The newest image, for look-ups that belong together. */
    public MetadataImage image() {
        return metadata.image();
    }

    /** Finds a topic by id where the request has one, else by name; null when unknown. */
    public static TopicInfo topic(MetadataImage image, String name, UUID id) {
        return Message.ZERO_UUID.equals(id) ? image.topic(name) : image.topic(id);
    }

    /**
     * Finds the replica of a partition.
     *
     * @param topic as found above
     * @param byId whether the request named the topic by id
     */
    public Found find(TopicInfo topic, boolean byId, int partition) {
        if (topic == null) {
            return new Found(null, null, byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (partition < 0 || partition >= topic.partitions()) {
            return new Found(null, null, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        PartitionId id = new PartitionId(topic.id(), partition);
        Replica replica = replicas.get(id);
        if (replica == null) {
            return new Found(id, null, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        return new Found(id, replica, replica.isFailed() ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE);
    }

    /** Whether the client's idea of the leader epoch (-1: none) fits this replica's term. */
    public static ErrorCode checkEpoch(Replica replica, int clientEpoch) {
        if (clientEpoch < 0 || clientEpoch == replica.term()) {
            return ErrorCode.NONE;
        }
        return clientEpoch < replica.term() ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
    }

    /** The partition's leader as known here, or null. */
    public Leader leader(PartitionId id) {
        return id == null ? null : leaders.leader(id);
    }

    /** A registered broker, or null. */
    public BrokerInfo broker(int id) {
        return metadata.image().brokers().get(id);
    }
}
