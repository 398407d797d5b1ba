package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Leaders;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.net.Peers;
import io.flotilla.raft.host.PeerFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Tells every broker which partitions this one leads, so that clients find leaders without the controller's help. Leaderships
 * of one turn of the loop share a frame; a broker that comes up is told all of them.
 *
 * <pre>FRAME 16 | { topic id 16 | partition int32 | term int32 } ...</pre>
 */
public final class LeaderAnnouncer {
    static final byte FRAME = PeerFrame.FIRST_FOREIGN;

    private static final int ENTRY_BYTES = 24;
    private static final int ENTRIES_PER_FRAME = 4096;

    private final int nodeId;
    private final Leaders leaders;
    private final Peers peers;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;

    /** Partitions led by this broker, with their terms. On the loop. */
    private final Map<PartitionId, Integer> led = new LinkedHashMap<>();

    private final List<PartitionId> news = new ArrayList<>();
    private final Set<Integer> nodes = new TreeSet<>();

    /** @param loop on which announcements are gathered */
    public LeaderAnnouncer(int nodeId, Leaders leaders, Peers peers, EventLoop loop, ByteBufAllocator allocator) {
        this.nodeId = nodeId;
        this.leaders = leaders;
        this.peers = peers;
        this.loop = loop;
        this.allocator = allocator;
    }

    /** A replica here knows of a leader, perhaps itself. Any thread. */
    void known(PartitionId partition, int leader, int term) {
        if (leader >= 0) {
            leaders.set(partition, leader, term);
        }
        loop.execute(() -> {
            if (leader != nodeId) {
                led.remove(partition);
            } else if (!Integer.valueOf(term).equals(led.put(partition, term))) {
                announce(partition);
            }
        });
    }

    /** A broker has come up: it is told everything, now and from now on. Any thread. */
    void repeatTo(int node) {
        loop.execute(() -> {
            nodes.add(node);
            send(List.of(node), List.copyOf(led.keySet()));
        });
    }

    /** Takes another broker's announcement; does not release it. */
    void receive(int from, ByteBuf frame) {
        frame.skipBytes(1);
        while (frame.readableBytes() >= ENTRY_BYTES) {
            PartitionId partition = new PartitionId(new UUID(frame.readLong(), frame.readLong()), frame.readInt());
            leaders.set(partition, from, frame.readInt());
        }
    }

    private void announce(PartitionId partition) {
        if (news.isEmpty()) {
            loop.execute(() -> {
                send(nodes, List.copyOf(news));
                news.clear();
            });
        }
        news.add(partition);
    }

    private void send(Collection<Integer> receivers, List<PartitionId> partitions) {
        for (int start = 0; start < partitions.size(); start += ENTRIES_PER_FRAME) {
            List<PartitionId> part = partitions.subList(start, Math.min(partitions.size(), start + ENTRIES_PER_FRAME));
            for (int receiver : receivers) {
                peers.send(receiver, frame(part));
            }
        }
    }

    private ByteBuf frame(List<PartitionId> partitions) {
        ByteBuf frame = allocator.buffer(1 + partitions.size() * ENTRY_BYTES);
        frame.writeByte(FRAME);
        for (PartitionId partition : partitions) {
            Integer term = led.get(partition);
            if (term != null) {
                frame.writeLong(partition.topicId().getMostSignificantBits());
                frame.writeLong(partition.topicId().getLeastSignificantBits());
                frame.writeInt(partition.partition());
                frame.writeInt(term);
            }
        }
        return frame;
    }
}
