package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.ConfigurationPlan;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.raft.quorum.Quorum;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One cluster under random events and faults from one seed, with every promise checked after every event; then the faults
 * end, and it must commit something new everywhere and come to rest.
 */
final class RandomRun {
    private static final int EVENTS = 2500;
    private static final int MAX_FLIGHTS = 60;

    /** The least and the greatest speed of clocks, in units per event: as far apart as leases allow. */
    private static final int SLOWEST = 90;

    private static final int FASTEST = 100;

    private final SplittableRandom random;
    private final FaultPlan plan;
    private final SimCluster cluster;
    private final NodeSet ids;

    /** How fast the nodes' clocks run. */
    private final TreeMap<Integer, Integer> speeds = new TreeMap<>();

    private NodeSet target;
    private long lastRead;
    private int isolated = RaftCore.NO_NODE;
    private int isolatedUntil;

    /** Until which event each paused node does nothing. */
    private final TreeMap<Integer, Integer> pausedUntil = new TreeMap<>();

    RandomRun(long seed, SafetyRules rules) {
        random = new SplittableRandom(seed);
        plan = FaultPlan.draw(random);
        NodeSet spares = plan.changes() > 0
                ? NodeSet.of(1, 2, 3, 4, 5).minus(plan.configuration().members())
                : NodeSet.EMPTY;
        cluster = new SimCluster(plan.configuration(), spares, rules, plan.lease(), id -> random.split());
        cluster.ids().forEach(id -> speeds.put(id, SLOWEST + random.nextInt(FASTEST - SLOWEST + 1)));
        target = plan.configuration().voters();
        ids = cluster.ids();
    }

    /** Returns the index that was committed in the end, a measure of how much happened. */
    long play() {
        cluster.showTrueLiveness();
        for (int i = 0; i < EVENTS; i++) {
            int now = i;
            pausedUntil.values().removeIf(end -> end <= now);
            if (isolated != RaftCore.NO_NODE && now > isolatedUntil) {
                isolated = RaftCore.NO_NODE;
                cluster.healLinks();
                cluster.showTrueLiveness();
            }
            event(now);
            speeds.forEach((id, speed) -> cluster.pass(id, speed));
        }
        Healing healing = new Healing(
                cluster, this::reconcile, () -> speeds.forEach((id, speed) -> cluster.pass(id, 10L * speed)));
        if (!healing.succeeds()) {
            throw new AssertionError("no progress after healing: " + describe());
        }
        return cluster.checker().committedIndex();
    }

    private void event(int now) {
        if (chance(plan.crashes(), 4)) {
            crashOrRestart(any());
        } else if (chance(plan.liveness(), 2)) {
            changeLiveness();
        } else if (chance(plan.meddling(), 1)) {
            meddle(any());
        } else if (isolated == RaftCore.NO_NODE && chance(plan.isolation(), 2)) {
            forLeader(leader -> isolate(leader, now));
        } else if (chance(plan.changes(), 1)) {
            changeMembers();
        } else if (chance(plan.wipes(), 20)) {
            wipe(any());
        } else if (chance(plan.reads(), 1)) {
            readSomewhere();
        } else if (chance(plan.pauses(), 4)) {
            pausedUntil.put(any().id, now + random.nextInt(400));
        }
        int dice = random.nextInt(100);
        if (dice < 45) {
            deliverOne();
        } else if (dice < 80) {
            work(any());
        } else if (dice < 90) {
            for (int n = isolated == RaftCore.NO_NODE ? 1 : 6; n > 0; n--) {
                SimNode node = any();
                if (isActive(node)) {
                    node.tick();
                }
            }
        } else if (dice < 97) {
            forLeader(node -> node.propose(1 + random.nextInt(4)));
        } else {
            forLeader(node -> node.sendCommitNotice(any().id));
        }
    }

    private boolean chance(int percent, int inverseScale) {
        return random.nextInt(100 * inverseScale) < percent;
    }

    private boolean isActive(SimNode node) {
        return node.isRunning() && !pausedUntil.containsKey(node.id);
    }

    private SimNode any() {
        return cluster.node(ids.get(random.nextInt(ids.size())));
    }

    private void forLeader(Consumer<SimNode> action) {
        SimNode node = any();
        if (isActive(node) && node.core().role() == Role.LEADER) {
            action.accept(node);
        }
    }

    private void deliverOne() {
        List<SimCluster.Flight> flights = cluster.flights();
        while (flights.size() > MAX_FLIGHTS) {
            flights.remove(random.nextInt(flights.size()));
        }
        int position = 0;
        if (chance(plan.reordering(), 1) && !flights.isEmpty()) {
            position = random.nextInt(flights.size());
        }
        while (position < flights.size()
                && !isActive(cluster.node(flights.get(position).to()))) {
            position++;
        }
        if (position == flights.size()) {
            return;
        }
        SimCluster.Flight flight = chance(plan.duplication(), 1) ? flights.get(position) : flights.remove(position);
        if (!chance(plan.loss(), 1)) {
            cluster.deliver(flight);
        }
    }

    /** One of the things a host does in its own time. */
    private void work(SimNode node) {
        if (!isActive(node)) {
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> {
                if (node.canStartSync()) {
                    node.startSync();
                }
            }
            case 1 -> {
                if (node.canFinishSync()) {
                    node.finishSync();
                }
            }
            case 2 -> {
                if (node.canPersist()) {
                    node.persist();
                }
            }
            case 3 -> {
                if (node.canInstall()) {
                    node.install(!chance(plan.ioFailures(), 1));
                }
            }
            default -> {
                if (node.canRead()) {
                    node.read(1 + random.nextInt(3), chance(plan.ioFailures(), 1));
                }
            }
        }
    }

    private void crashOrRestart(SimNode node) {
        if (node.isRunning()) {
            node.crash(random);
            cluster.flights().removeIf(flight -> flight.from() == node.id && random.nextBoolean());
        } else {
            node.start();
            // Whoever saw it up sees a new incarnation: down, then up. The others may find out later.
            ids.without(node.id).forEach(other -> {
                cluster.down(other, node.id);
                if (random.nextBoolean()) {
                    cluster.up(other, node.id);
                }
                if (random.nextBoolean()) {
                    cluster.up(node.id, other);
                }
            });
        }
    }

    private void changeLiveness() {
        SimNode observer = any();
        SimNode node = any();
        if (observer.id == node.id) {
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> cluster.down(observer.id, node.id);
            case 1, 2 -> cluster.up(observer.id, node.id);
            case 3 -> cluster.cut(observer.id, node.id);
            default -> {
                if (isolated == RaftCore.NO_NODE) {
                    cluster.healLinks();
                }
            }
        }
    }

    /**
     * A leader is cut off for a while. The others notice, and soon want another; it does not notice, and stays as it is.
     */
    private void isolate(SimNode node, int now) {
        ids.without(node.id).forEach(other -> {
            cluster.cut(node.id, other);
            cluster.cut(other, node.id);
            cluster.down(other, node.id);
        });
        isolated = node.id;
        isolatedUntil = now + 200 + random.nextInt(600);
    }

    /** Whoever came back without its disk sees the leader that was cut off, and nobody else. */
    private void changeSides(SimNode node) {
        node.start();
        ids.without(node.id).forEach(other -> {
            cluster.cut(node.id, other);
            cluster.cut(other, node.id);
            cluster.down(other, node.id);
        });
        cluster.join(node.id, isolated);
        cluster.up(isolated, node.id);
        cluster.up(node.id, isolated);
    }

    private void meddle(SimNode node) {
        if (!isActive(node)) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> node.campaign();
            case 1 -> node.core().transferLeadership(any().id);
            case 2 -> {
                // Who has no vote and resigns is gone for good: its farewell must arrive, or its node be seen as down.
                if (node.core().configuration().isVoter(node.id)) {
                    node.core().resign();
                }
            }
            default -> compact(node);
        }
        node.drain();
    }

    /** Now and then other voters are wanted; leaders go towards them. */
    private void changeMembers() {
        if (random.nextInt(8) == 0) {
            target = NodeSet.EMPTY;
            while (target.size() < 1 + random.nextInt(4)) {
                target = target.with(any().id);
            }
        }
        forLeader(random.nextInt(10) == 0 ? this::exchangeVoters : this::reconcile);
    }

    /** What no leader may agree to, unless it happens to be one step. */
    private void exchangeVoters(SimNode node) {
        node.change(new Configuration(target, NodeSet.EMPTY, NodeSet.EMPTY));
    }

    private void reconcile(SimNode node) {
        RaftCore core = node.core();
        Configuration next =
                ConfigurationPlan.next(core.configuration(), target, core.forgetfulPeers(), core::isCaughtUp);
        if (next != null) {
            node.change(next);
        }
    }

    /** Loses one disk at a time: who has lost its disk is back, and readmitted, before the next one does. */
    private void wipe(SimNode node) {
        for (SimNode other : cluster.nodes()) {
            if (other.isForgetful()) {
                return;
            }
        }
        if (node.isRunning() && isDispensable(node)) {
            node.wipe();
            if (isolated != RaftCore.NO_NODE && node.id != isolated && random.nextBoolean()) {
                changeSides(node);
            }
        }
    }

    /** True if a quorum would remember without this node, whichever configuration it takes. */
    private boolean isDispensable(SimNode node) {
        for (SimNode other : cluster.nodes()) {
            for (Configuration members : other.everInForce()) {
                if (members.isVoter(node.id) && !Quorum.isQuorum(members, id -> id != node.id)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void readSomewhere() {
        SimNode node = isolated != RaftCore.NO_NODE && random.nextBoolean() ? cluster.node(isolated) : any();
        if (isActive(node)) {
            node.read(++lastRead);
        }
    }

    private void compact(SimNode node) {
        List<EntryRef> entries = node.written().entries();
        if (!entries.isEmpty()) {
            node.compact(entries.get(random.nextInt(entries.size())).lastIndex());
        }
    }

    /** Everything about this run at this moment, for people. */
    private String describe() {
        StringBuilder all = new StringBuilder(plan.toString());
        cluster.nodes()
                .forEach(node -> all.append('\n').append(node.core().status()).append(node.written()));
        return all.append("\n").append(cluster.flights()).toString();
    }
}
