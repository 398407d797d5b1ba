package io.flotilla.broker.cluster;

import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.partition.PartitionId;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster as this broker would describe it to a client: committed metadata, announced leaders and living brokers put
 * together. Thread-safe; answers may differ from one call to the next.
 */
public final class ClusterView {
    private static final int NOBODY = -1;
    private static final int NO_EPOCH = -1;

    private final BrokerInfo self;
    private final MetadataCache cache;
    private final LeaderTable leaders;
    private final Liveness liveness;

    /** @param self this broker, which is there for its clients even before it is registered */
    public ClusterView(BrokerInfo self, MetadataCache cache, LeaderTable leaders, Liveness liveness) {
        this.self = self;
        this.cache = cache;
        this.leaders = leaders;
        this.liveness = liveness;
    }

    /**
     * One partition at one moment.
     *
     * @param leader its leader when that is known and alive, else -1
     * @param leaderEpoch the newest known term, -1 when none is
     * @param replicas all replicas, the preferred leader first
     * @param alive those on living brokers, in the same order, but not those being added by a reassignment; the nearest we have
     *     to Kafka's in-sync replicas
     * @param offline those on brokers that are not alive
     */
    public record PartitionView(
            int leader, int leaderEpoch, List<Integer> replicas, List<Integer> alive, List<Integer> offline) {
        public boolean hasLeader() {
            return leader != NOBODY;
        }
    }

    public MetadataImage image() {
        return cache.image();
    }

    /** This broker. */
    public BrokerInfo self() {
        return self;
    }

    public boolean isAlive(int brokerId) {
        return brokerId == self.id() || liveness.isAlive(brokerId);
    }

    /** Registered brokers that are alive, and this one, ordered by id. */
    public List<BrokerInfo> aliveBrokers(MetadataImage image) {
        List<BrokerInfo> alive = new ArrayList<>();
        for (BrokerInfo broker : allBrokers(image)) {
            if (isAlive(broker.id())) {
                alive.add(broker);
            }
        }
        return alive;
    }

    /** Registered brokers, and this one, ordered by id. */
    public List<BrokerInfo> allBrokers(MetadataImage image) {
        List<BrokerInfo> all =
                new ArrayList<>(image.brokers().headMap(self.id()).values());
        all.add(image.brokers().getOrDefault(self.id(), self));
        all.addAll(image.brokers().tailMap(self.id() + 1).values());
        return all;
    }

    /** The broker that leads the metadata partition when it is known and alive, else -1. */
    public int controller() {
        Leader leader = leaders.leader(PartitionId.METADATA);
        return leader != null && isAlive(leader.brokerId()) ? leader.brokerId() : NOBODY;
    }

    public PartitionView partition(TopicInfo topic, int partition) {
        Assignment assignment = topic.assignments().get(partition);
        List<Integer> replicas = assignment.replicas();
        List<Integer> alive = new ArrayList<>(replicas.size());
        List<Integer> offline = new ArrayList<>(0);
        for (Integer replica : replicas) {
            if (!isAlive(replica)) {
                offline.add(replica);
            } else if (!assignment.adding().contains(replica)) {
                alive.add(replica);
            }
        }
        Leader leader = leaders.leader(new PartitionId(topic.id(), partition));
        return new PartitionView(
                leader != null && isAlive(leader.brokerId()) ? leader.brokerId() : NOBODY,
                leader == null ? NO_EPOCH : leader.term(),
                replicas,
                alive,
                offline);
    }
}
