package io.flotilla.broker.cluster;

import io.flotilla.broker.cluster.ClusterView.PartitionView;
import io.flotilla.broker.config.BalanceProperties;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives leaderships back to the preferred replicas when failures have gathered them elsewhere. Works on the broker that leads
 * the cluster metadata, a few transfers at a time; a leader that finds the target not caught up refuses, and is asked again
 * at the next check. Used on one loop.
 */
public final class LeaderBalancer {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderBalancer.class);

    /** Between the end of a transfer and the start of the next one in its place: clients find the new leader meanwhile. */
    private static final long PAUSE_MS = 50;

    private final EventLoop loop;
    private final ClusterView view;
    private final LeaderTransfer transfer;
    private final BooleanSupplier inCharge;
    private final long checkMs;
    private final int percentage;
    private final int concurrent;

    private final Queue<Move> waiting = new ArrayDeque<>();
    private int running;
    private int moved;

    /** One leadership to move, from the broker that has it to the preferred one. */
    record Move(PartitionId partition, int from, int to) {}

    /** @param inCharge whether this broker leads the cluster metadata */
    public LeaderBalancer(
            EventLoop loop, ClusterView view, LeaderTransfer transfer, BooleanSupplier inCharge, BrokerConfig config) {
        this.loop = loop;
        this.view = view;
        this.transfer = transfer;
        this.inCharge = inCharge;
        this.checkMs = config.get(BalanceProperties.LEADER_IMBALANCE_CHECK_SECONDS) * 1000L;
        this.percentage = config.get(BalanceProperties.LEADER_IMBALANCE_PERCENTAGE);
        this.concurrent = config.get(BalanceProperties.LEADER_CONCURRENT_TRANSFERS);
    }

    /** Checks now and then from now on. */
    public void start() {
        loop.schedule(this::check, checkMs);
    }

    private void check() {
        loop.schedule(this::check, checkMs);
        if (inCharge.getAsBoolean() && waiting.isEmpty() && running == 0) {
            moved = 0;
            waiting.addAll(moves());
            if (!waiting.isEmpty()) {
                LOG.info("{} leaderships are to go back to their preferred replicas", waiting.size());
            }
            for (int i = 0; i < concurrent; i++) {
                startNext();
            }
        }
    }

    private void startNext() {
        if (!inCharge.getAsBoolean()) {
            waiting.clear();
        }
        Move move = waiting.poll();
        if (move != null) {
            running++;
            transfer.transfer(move.partition(), move.from(), move.to())
                    .thenAccept(result -> loop.execute(() -> ended(move, result)));
        }
    }

    private void ended(Move move, ErrorCode result) {
        running--;
        if (result == ErrorCode.NONE) {
            moved++;
        } else {
            LOG.debug("{} stays with broker {}: {}", move.partition(), move.from(), result);
        }
        if (!waiting.isEmpty()) {
            loop.schedule(this::startNext, PAUSE_MS);
        } else if (running == 0) {
            LOG.info("{} leaderships went back to their preferred replicas", moved);
        }
    }

    /** What is to be moved now: to living brokers that lack more of the leaderships they are preferred for than is allowed. */
    List<Move> moves() {
        Map<Integer, List<Move>> lacking = new TreeMap<>();
        Map<Integer, Integer> preferredFor = new TreeMap<>();
        for (TopicInfo topic : view.image().topics()) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                Assignment assignment = topic.assignments().get(partition);
                int preferred = assignment.target().get(0);
                preferredFor.merge(preferred, 1, Integer::sum);
                PartitionView now = view.partition(topic, partition);
                boolean ready = view.isAlive(preferred) && !assignment.adding().contains(preferred);
                if (ready && now.hasLeader() && now.leader() != preferred) {
                    lacking.computeIfAbsent(preferred, broker -> new ArrayList<>())
                            .add(new Move(new PartitionId(topic.id(), partition), now.leader(), preferred));
                }
            }
        }
        List<Move> moves = new ArrayList<>();
        lacking.forEach((broker, ofBroker) -> {
            if (ofBroker.size() * 100L > (long) preferredFor.get(broker) * percentage) {
                moves.addAll(ofBroker);
            }
        });
        return moves;
    }
}
