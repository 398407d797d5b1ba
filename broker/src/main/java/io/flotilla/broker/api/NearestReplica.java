package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.partition.Replica;
import io.flotilla.log.PartitionLog;
import io.flotilla.raft.core.PeerStatus;
import io.flotilla.raft.core.ReplicationState;
import io.flotilla.raft.quorum.NodeSet;

/**
 * Chooses the replica that a consumer should rather read from (KIP-392), by the rule of Kafka's RackAwareReplicaSelector: one
 * in the consumer's rack, the leader if it is there itself, else the one that has most of the log. A replica must be on a
 * living broker, keep up with the leader, and hold the offset asked for. Immutable.
 */
public final class NearestReplica {
    /** Nobody is nearer than the leader. */
    static final int LEADER = -1;

    private final int nodeId;
    private final boolean rackAware;

    /** @param rackAware false when consumers are to stay with the leader, wherever they are */
    public NearestReplica(int nodeId, boolean rackAware) {
        this.nodeId = nodeId;
        this.rackAware = rackAware;
    }

    /**
     * The brokers in a consumer's rack; none when this broker is one of them.
     *
     * @param rack as the consumer says ({@code client.rack}); empty when it does not
     */
    NodeSet nearer(MetadataImage image, String rack) {
        NodeSet nearer = NodeSet.EMPTY;
        if (rackAware && !rack.isEmpty()) {
            for (BrokerInfo broker : image.brokers().values()) {
                if (rack.equals(broker.rack())) {
                    if (broker.id() == nodeId) {
                        return NodeSet.EMPTY;
                    }
                    nearer = nearer.with(broker.id());
                }
            }
        }
        return nearer;
    }

    /**
     * The broker to read from instead, or {@link #LEADER}. On the leader's loop.
     *
     * @param nearer brokers in the consumer's rack
     */
    static int choose(Replica leader, NodeSet nearer, long offset) {
        PartitionLog log = leader.log();
        PeerStatus best = null;
        for (PeerStatus peer : leader.group().core().status().peers()) {
            boolean suits = nearer.contains(peer.node())
                    && peer.up()
                    && peer.state() == ReplicationState.REPLICATE
                    && peer.matchIndex() >= log.firstIndex() - 1
                    && log.offsetAfter(peer.matchIndex()) >= offset;
            if (suits && (best == null || peer.matchIndex() > best.matchIndex())) {
                best = peer;
            }
        }
        return best == null ? LEADER : best.node();
    }
}
