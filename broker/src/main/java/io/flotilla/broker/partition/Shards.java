package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Liveness;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.broker.net.Peers;
import io.flotilla.raft.host.GroupHost;
import io.flotilla.raft.host.GroupId;
import io.flotilla.raft.host.LearnerThrottle;
import io.flotilla.raft.host.NodeMonitor;
import io.flotilla.raft.host.PeerFrame;
import io.flotilla.raft.host.PeerTransport;
import io.flotilla.raft.message.MalformedMessageException;
import io.flotilla.raft.message.RaftMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All shards of a broker, and what they share: the watch over other brokers' lives, and the way of a frame from a link to
 * the groups it is for. Any thread.
 */
public final class Shards implements Peers.Listener, NodeMonitor.Listener, Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(Shards.class);

    private final int nodeId;
    private final Clock clock;
    private final long heartbeatMs;
    private final EventLoop monitorLoop;
    private final NodeMonitor monitor;
    private final List<Shard> shards = new ArrayList<>();
    private final Set<Integer> alive = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Long> incarnations = new ConcurrentHashMap<>();
    private final LeaderAnnouncer announcer;
    private long lastBeatMs;
    private volatile boolean stopped;

    /**
     * @param incarnation differs each time this broker starts
     * @param heartbeatMs time between heartbeats
     * @param timeoutMs a broker that acknowledges nothing for this long counts as dead
     */
    public Shards(
            int nodeId,
            long incarnation,
            long heartbeatMs,
            long timeoutMs,
            Scheduler scheduler,
            Clock clock,
            ByteBufAllocator allocator,
            Peers peers,
            LeaderAnnouncer announcer) {
        this.nodeId = nodeId;
        this.clock = clock;
        this.heartbeatMs = heartbeatMs;
        this.announcer = announcer;
        incarnations.put(nodeId, incarnation);
        this.monitorLoop = scheduler.loop(0);
        PeerTransport transport = peers::send;
        this.monitor = new NodeMonitor(incarnation, timeoutMs, transport, allocator, this);
        for (int i = 0; i < scheduler.loops(); i++) {
            shards.add(new Shard(
                    nodeId, scheduler.loop(i), clock, allocator, transport, announcer::known, this::framesLost));
        }
    }

    /** Begins to beat and to listen. */
    public void start() {
        shards.forEach(Shard::start);
        lastBeatMs = nowMs();
        monitorLoop.schedule(this::beat, heartbeatMs);
    }

    /** Falls silent. */
    public void stop() {
        stopped = true;
        shards.forEach(Shard::stop);
    }

    /** The loop on which a partition's replica on this broker lives. Any thread. */
    public EventLoop loopOf(PartitionId id) {
        return shardOf(id).loop();
    }

    /** The shard a partition belongs to, always the same one. */
    Shard shardOf(PartitionId id) {
        return shardOf(id.topicId().hashCode(), id.partition());
    }

    /** Limits what this broker sends in all, per second, to new replicas that copy a log; shards have equal shares. */
    public void limitCopying(long bytesPerSecond) {
        boolean unlimited = bytesPerSecond == Long.MAX_VALUE;
        long perTick = unlimited
                ? LearnerThrottle.UNLIMITED
                : Math.max(1, bytesPerSecond / shards.size() * Shard.TICK_MS / 1000);
        shards.forEach(shard ->
                shard.loop().execute(() -> shard.host().learnerThrottle().limit(perTick)));
    }

    List<Shard> all() {
        return shards;
    }

    private Shard shardOf(int topicHash, int partition) {
        return shards.get(Math.floorMod(topicHash + partition, shards.size()));
    }

    @Override
    public boolean isAlive(int brokerId) {
        return brokerId == nodeId || alive.contains(brokerId);
    }

    @Override
    public boolean isAlive(int brokerId, long incarnation) {
        return isAlive(brokerId) && incarnations.getOrDefault(brokerId, -1L) == incarnation;
    }

    /** For each other broker heard of, the milliseconds since it was known to have received something; -1: never. */
    public CompletableFuture<SortedMap<Integer, Long>> silences() {
        return CompletableFuture.supplyAsync(() -> monitor.silences(nowMs()), monitorLoop);
    }

    // ---- other brokers' lives

    private void beat() {
        if (!stopped) {
            monitorLoop.schedule(this::beat, heartbeatMs);
            long now = nowMs();
            // What others sent meanwhile may not have been read yet: were it not for this, brokers short of processors
            // would take each other for dead, and the elections would keep them short of processors.
            long lateMs = now - lastBeatMs - heartbeatMs;
            if (lateMs > heartbeatMs) {
                monitor.stalled(lateMs);
            }
            lastBeatMs = now;
            monitor.tick(now);
        }
    }

    private long nowMs() {
        return clock.nanoTime() / 1_000_000;
    }

    private void framesLost(int node) {
        monitorLoop.execute(() -> monitor.framesLost(node));
    }

    @Override
    public void nodeUp(int node) {
        LOG.info("Broker {} is alive", node);
        alive.add(node);
        shards.forEach(shard -> shard.loop().execute(() -> shard.host().nodeUp(node)));
        announcer.repeatTo(node);
    }

    @Override
    public void nodeDown(int node) {
        LOG.info("Broker {} does not answer", node);
        alive.remove(node);
        shards.forEach(shard -> shard.loop().execute(() -> shard.host().nodeDown(node)));
    }

    // ---- links

    @Override
    public void connected(int node, long incarnation) {
        incarnations.put(node, incarnation);
        monitorLoop.execute(() -> monitor.linkUp(node, nowMs()));
    }

    @Override
    public void disconnected(int node, boolean refused) {
        monitorLoop.execute(() -> monitor.linkDown(node));
    }

    @Override
    public void rejected(int node, String message) {
        LOG.warn("Broker {} refuses this broker: {}", node, message);
    }

    @Override
    public void frame(int node, long incarnation, ByteBuf frame) {
        switch (PeerFrame.kind(frame)) {
            case PeerFrame.MESSAGES -> messages(node, frame);
            case PeerFrame.HEARTBEAT ->
                on(monitorLoop, () -> take(node, frame, () -> monitor.receive(node, frame, nowMs())));
            case PeerFrame.GROUPS -> groups(node, frame);
            case LeaderAnnouncer.FRAME -> take(node, frame, () -> announcer.receive(node, frame));
            default -> frame.release();
        }
    }

    private void groups(int node, ByteBuf frame) {
        for (Shard shard : shards) {
            ByteBuf copy = frame.retainedDuplicate();
            on(shard.loop(), () -> take(node, copy, () -> shard.host().receiveGroups(node, copy)));
        }
        frame.release();
    }

    private void messages(int node, ByteBuf frame) {
        if (shards.size() == 1) {
            GroupHost host = shards.get(0).host();
            on(
                    shards.get(0).loop(),
                    () -> messages(node, frame, (id, message, payload) -> host.receive(node, id, message, payload)));
        } else {
            messages(node, frame, (id, message, payload) -> route(node, id, message, payload.retain()));
        }
    }

    private void messages(int node, ByteBuf frame, GroupHost.MessageConsumer consumer) {
        take(node, frame, () -> GroupHost.forEachMessage(frame, consumer));
    }

    private void route(int node, GroupId id, RaftMessage message, ByteBuf payload) {
        Shard shard = shardOf(id.topicId().hashCode(), id.partition());
        on(shard.loop(), () -> take(node, payload, () -> shard.host().receive(node, id, message, payload)));
    }

    /** Takes a frame, or a part of one, and releases it. What cannot be understood is as good as lost. */
    private void take(int node, ByteBuf frame, Runnable taker) {
        try {
            taker.run();
        } catch (MalformedMessageException | IndexOutOfBoundsException e) {
            LOG.warn("Broker {} sent a frame that makes no sense: {}", node, e.toString());
            framesLost(node);
        } finally {
            frame.release();
        }
    }

    /** Runs at once where the caller is on that loop already: a hop less, and the order is the same. */
    private static void on(EventLoop loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
