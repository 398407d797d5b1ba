package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.quorum.NodeSet;
import java.util.ArrayList;
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
    private static final int HEALING_ROUNDS = 400;

    private final SplittableRandom random;
    private final FaultPlan plan;
    private final SimCluster cluster;
    private final NodeSet ids;

    /** Until which event each paused node does nothing. */
    private final TreeMap<Integer, Integer> pausedUntil = new TreeMap<>();

    RandomRun(long seed, SafetyRules rules) {
        random = new SplittableRandom(seed);
        plan = FaultPlan.draw(random);
        cluster = new SimCluster(plan.configuration(), rules, id -> random.split());
        ids = cluster.ids();
    }

    /** Returns the index that was committed in the end, a measure of how much happened. */
    long play() {
        cluster.showTrueLiveness();
        for (int i = 0; i < EVENTS; i++) {
            int now = i;
            pausedUntil.values().removeIf(end -> end <= now);
            event(now);
        }
        heal();
        return cluster.checker().committedIndex();
    }

    private void event(int now) {
        if (chance(plan.crashes(), 4)) {
            crashOrRestart(any());
        } else if (chance(plan.liveness(), 2)) {
            changeLiveness();
        } else if (chance(plan.meddling(), 1)) {
            meddle(any());
        } else if (chance(plan.pauses(), 4)) {
            pausedUntil.put(any().id, now + random.nextInt(400));
        }
        int dice = random.nextInt(100);
        if (dice < 45) {
            deliverOne();
        } else if (dice < 80) {
            work(any());
        } else if (dice < 90) {
            SimNode node = any();
            if (isActive(node)) {
                node.tick();
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
            default -> cluster.healLinks();
        }
    }

    private void meddle(SimNode node) {
        if (!isActive(node)) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> node.core().campaign();
            case 1 -> node.core().transferLeadership(any().id);
            case 2 -> node.core().resign();
            default -> compact(node);
        }
        node.drain();
    }

    private void compact(SimNode node) {
        List<EntryRef> entries = node.written().entries();
        if (!entries.isEmpty()) {
            node.compact(entries.get(random.nextInt(entries.size())).lastIndex());
        }
    }

    /** No more faults: all run, all see each other, everything arrives in order. Silent losses of before are not undone. */
    private void heal() {
        cluster.healLinks();
        for (SimNode node : cluster.nodes()) {
            if (!node.isRunning()) {
                node.start();
                ids.without(node.id).forEach(other -> cluster.down(other, node.id));
            }
        }
        cluster.showTrueLiveness();
        long before = cluster.checker().committedIndex();
        for (int round = 0; round < HEALING_ROUNDS; round++) {
            settleOneRound();
            if (cluster.checker().committedIndex() == before && round % 20 == 19) {
                cluster.nodes().forEach(node -> node.propose(1));
            }
            if (round % 20 == 10) {
                cluster.nodes().forEach(node -> ids.without(node.id).forEach(node::sendCommitNotice));
            }
            if (cluster.checker().committedIndex() > before && isAtRest()) {
                return;
            }
        }
        throw new AssertionError("no progress after healing: " + describe());
    }

    private void settleOneRound() {
        List<SimCluster.Flight> flights = new ArrayList<>(cluster.flights());
        cluster.flights().clear();
        flights.forEach(cluster::deliver);
        for (SimNode node : cluster.nodes()) {
            if (node.canInstall()) {
                node.install(true);
            }
            while (node.canPersist()) {
                node.persist();
            }
            while (node.canRead()) {
                node.read(3, false);
            }
            if (node.canFinishSync()) {
                node.finishSync();
            }
            if (node.canStartSync()) {
                node.startSync();
            }
            if (node.core().needsTicks()) {
                node.tick();
            }
        }
    }

    /** Everybody has committed everything, and nobody wants the clock to tick any more. */
    private boolean isAtRest() {
        for (SimNode node : cluster.nodes()) {
            if (node.core().needsTicks()
                    || node.core().commitIndex() < cluster.checker().committedIndex()) {
                return false;
            }
        }
        return cluster.flights().isEmpty();
    }

    private String describe() {
        StringBuilder all = new StringBuilder(plan.toString());
        cluster.nodes()
                .forEach(node -> all.append('\n').append(node.core().status()).append(node.written()));
        return all.append("\n").append(cluster.flights()).toString();
    }
}
