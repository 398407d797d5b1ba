package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.wire.frame.ErrorCode;
import java.util.HashSet;
import java.util.List;

/** Decides where the new partitions of one request go, and whether there may be so many. */
final class PartitionPlanner {
    /** Partitions that one request may make, and that one topic may have: what fits one batch of the metadata log. */
    static final int MAX_PARTITIONS = 10_000;

    /** As many as {@code default.replication.factor} can be. */
    static final int MAX_REPLICAS = 15;

    private final MetadataState state;
    private final int maxInCluster;
    private final Placement placement;
    private int planned;

    PartitionPlanner(MetadataState state, BrokerConfig config, Liveness liveness) {
        this.state = state;
        this.maxInCluster = config.get(BrokerProperties.MAX_PARTITIONS);
        this.placement = new Placement(state.brokers.values(), liveness::isAlive, state.replicaCounts);
    }

    /**
     * Places further partitions of a topic.
     *
     * @param existing the partitions the topic has already
     */
    List<List<Integer>> place(List<List<Integer>> existing, int partitions, int replicationFactor) {
        checkCount(existing.size(), partitions);
        if (replicationFactor < 1) {
            throw new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be at least 1, or -1 for the default, not " + replicationFactor);
        }
        if (replicationFactor > placement.brokers()) {
            throw new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor %d is larger than the number of registered brokers, %d"
                            .formatted(replicationFactor, placement.brokers()));
        }
        planned += partitions;
        return placement.place(existing, partitions, replicationFactor);
    }

    /**
     * Takes an assignment that the user made.
     *
     * @param existing the partitions the topic has already; new ones must have as many replicas
     */
    List<List<Integer>> assign(List<List<Integer>> existing, List<List<Integer>> assignment) {
        checkCount(existing.size(), assignment.size());
        int factor = (existing.isEmpty() ? assignment : existing).get(0).size();
        for (int i = 0; i < assignment.size(); i++) {
            checkReplicas(existing.size() + i, assignment.get(i), factor);
        }
        planned += assignment.size();
        placement.add(assignment);
        return assignment;
    }

    private void checkCount(int existing, int partitions) {
        if (partitions < 1) {
            throw new Refusal(
                    ErrorCode.INVALID_PARTITIONS,
                    "Number of partitions must be at least 1, or -1 for the default, not " + partitions);
        }
        if (partitions > MAX_PARTITIONS - existing) {
            throw new Refusal(
                    ErrorCode.INVALID_PARTITIONS, "A topic can have at most %d partitions".formatted(MAX_PARTITIONS));
        }
        if (partitions > MAX_PARTITIONS - planned) {
            throw new Refusal(
                    ErrorCode.POLICY_VIOLATION,
                    "One request can make at most %d partitions; ask again for the rest".formatted(MAX_PARTITIONS));
        }
        if (partitions > maxInCluster - state.partitionCount - planned) {
            throw new Refusal(
                    ErrorCode.POLICY_VIOLATION,
                    "The cluster has %d partitions; with %d more it would exceed %s=%d"
                            .formatted(
                                    state.partitionCount + planned,
                                    partitions,
                                    BrokerProperties.MAX_PARTITIONS.name(),
                                    maxInCluster));
        }
    }

    private void checkReplicas(int partition, List<Integer> replicas, int factor) {
        String problem = null;
        if (replicas.isEmpty()) {
            problem = "it has none";
        } else if (replicas.size() != factor) {
            problem = "it has %d where other partitions have %d".formatted(replicas.size(), factor);
        } else if (new HashSet<>(replicas).size() != replicas.size()) {
            problem = replicas + " names a broker twice";
        } else if (!state.brokers.keySet().containsAll(replicas)) {
            problem = "%s names a broker that is not registered; these are: %s"
                    .formatted(replicas, state.brokers.keySet());
        }
        if (problem != null) {
            throw new Refusal(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Replicas of partition %d: %s".formatted(partition, problem));
        }
    }
}
