package io.flotilla.broker.partition;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.raft.host.GroupHost;
import io.flotilla.raft.host.Outbox;
import io.flotilla.raft.host.PeerTransport;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/** The replicas of one event loop: their groups' host, and the loop's share of passing time. */
public final class Shard {
    /** One tick of a group's clock. */
    static final int TICK_MS = 20;

    /** A group without a leader stands for election after 10 to 20 ticks; its broker was found dead before that. */
    static final int ELECTION_TICKS = 10;

    private static final int TICKS_PER_UPKEEP = 5;
    private static final int TICKS_PER_LOG_UPKEEP = 250;

    private final EventLoop loop;
    private final Clock clock;
    private final ByteBufAllocator allocator;
    private final GroupHost host;
    private final LeaderSink leaders;
    private final Set<Replica> replicas = new LinkedHashSet<>();
    private final Set<Replica> waited = new LinkedHashSet<>();
    private EventLoop.Timer timer;
    private long ticks;
    /** No group waits for a tick, so the next one comes with the upkeep. */
    private boolean idle;

    private boolean stopped;

    /** Told which leader a replica follows, on the shard's loop. */
    interface LeaderSink {
        /** @param leader node id, or -1 when the replica knows none */
        void known(PartitionId partition, int leader, int term);
    }

    /** @param lost told that frames to a node were lost */
    Shard(
            int nodeId,
            EventLoop loop,
            Clock clock,
            ByteBufAllocator allocator,
            PeerTransport transport,
            LeaderSink leaders,
            IntConsumer lost) {
        this.loop = loop;
        this.clock = clock;
        this.allocator = allocator;
        this.leaders = leaders;
        this.host =
                new GroupHost(nodeId, new Outbox(transport, loop, allocator, lost), loop, allocator, clock::nanoTime);
    }

    void start() {
        loop.execute(() -> {
            host.onBusy(this::endIdleness);
            scheduleTick();
        });
    }

    void stop() {
        loop.execute(() -> {
            stopped = true;
            if (timer != null) {
                timer.cancel();
            }
        });
    }

    EventLoop loop() {
        return loop;
    }

    Clock clock() {
        return clock;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    GroupHost host() {
        return host;
    }

    void add(Replica replica) {
        replicas.add(replica);
    }

    void remove(Replica replica) {
        replicas.remove(replica);
        waited.remove(replica);
    }

    /** Replicas open on this shard. On its loop. */
    List<Replica> replicas() {
        return List.copyOf(replicas);
    }

    /** Somebody waits on this replica: deadlines are to be watched. */
    void hasWaiters(Replica replica) {
        waited.add(replica);
    }

    void leaderKnown(Replica replica, int leader, int term) {
        leaders.known(replica.id(), leader, term);
    }

    private void scheduleTick() {
        if (!stopped) {
            idle = ticks % TICKS_PER_UPKEEP == 0 && host.isIdle();
            timer = loop.schedule(this::tick, idle ? TICK_MS * TICKS_PER_UPKEEP : TICK_MS);
        }
    }

    /** A group waits for ticks: they begin to come at once. */
    private void endIdleness() {
        if (idle && !stopped) {
            idle = false;
            timer.cancel();
            timer = loop.schedule(this::tick, TICK_MS);
        }
    }

    private void tick() {
        ticks += idle ? TICKS_PER_UPKEEP : 1;
        scheduleTick();
        host.tick();
        if (ticks % TICKS_PER_UPKEEP == 0) {
            host.sendCommitNotices();
            long now = clock.nanoTime();
            // Who is told may wait anew, here or elsewhere.
            List.copyOf(waited).forEach(replica -> {
                if (!replica.expireWaiters(now)) {
                    waited.remove(replica);
                }
            });
        }
        if (ticks % TICKS_PER_LOG_UPKEEP == 0) {
            long now = clock.millis();
            new ArrayList<>(replicas).forEach(replica -> replica.log().tick(now));
        }
    }
}
