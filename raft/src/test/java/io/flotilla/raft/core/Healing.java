package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.raft.quorum.Quorum;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The end of a random run: the faults are over, and the cluster must commit something new everywhere and come to rest. */
final class Healing {
    private static final int ROUNDS = 600;

    private final SimCluster cluster;
    private final NodeSet ids;
    private final Consumer<SimNode> reconcile;
    private final Runnable pass;

    /**
     * @param reconcile has a leader go a step towards the members wanted
     * @param pass lets time pass on all clocks
     */
    Healing(SimCluster cluster, Consumer<SimNode> reconcile, Runnable pass) {
        this.cluster = cluster;
        this.ids = cluster.ids();
        this.reconcile = reconcile;
        this.pass = pass;
    }

    /** No more faults: all run, all see each other, everything arrives in order. Silent losses of before are not undone. */
    boolean succeeds() {
        cluster.healLinks();
        for (SimNode node : cluster.nodes()) {
            if (!node.isRunning()) {
                node.start();
                ids.without(node.id).forEach(other -> cluster.down(other, node.id));
            }
        }
        // A message of a life before a disk was lost may have arrived late, and made its sender look like a leader.
        // Real
        // links end with the process, and whoever comes back is seen as down before it is up.
        cluster.flights().removeIf(flight -> cluster.node(flight.from()).life() > 0);
        ids.forEach(observer -> ids.without(observer).forEach(node -> {
            if (cluster.node(node).life() > 0) {
                cluster.down(observer, node);
            }
        }));
        cluster.showTrueLiveness();
        long before = cluster.checker().committedIndex();
        for (int round = 0; round < ROUNDS; round++) {
            settleOneRound();
            for (SimNode node : cluster.nodes()) {
                if (node.core().role() == Role.LEADER) {
                    reconcile.accept(node);
                }
            }
            if (cluster.checker().committedIndex() == before && round % 20 == 19) {
                cluster.nodes().forEach(node -> node.propose(1));
            }
            if (round % 20 == 10) {
                cluster.nodes().forEach(node -> ids.without(node.id).forEach(node::sendCommitNotice));
            }
            if (cluster.checker().committedIndex() > before && isAtRest()) {
                return true;
            }
        }
        return hasLostQuorum();
    }

    /** True if too few of those who must agree remember what they promised: then there must be no progress. */
    private boolean hasLostQuorum() {
        for (SimNode node : cluster.nodes()) {
            Configuration members = node.core().configuration();
            if (!members.equals(Configuration.NONE)
                    && !Quorum.isQuorum(members, id -> !cluster.node(id).isForgetful())) {
                return true;
            }
        }
        return false;
    }

    private void settleOneRound() {
        pass.run();
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
        NodeSet members = membersInTheEnd();
        for (SimNode node : cluster.nodes()) {
            boolean isBehind = node.core().commitIndex() < cluster.checker().committedIndex();
            if (members.contains(node.id)
                    && (isBehind || node.core().needsTicks() || node.core().isForgetful())) {
                return false;
            }
        }
        // Who was removed may not know, and go on asking for votes.
        return cluster.flights().stream()
                .noneMatch(flight -> members.contains(flight.from()) && members.contains(flight.to()));
    }

    private NodeSet membersInTheEnd() {
        SimNode last = cluster.nodes().iterator().next();
        for (SimNode node : cluster.nodes()) {
            last = node.core().commitIndex() > last.core().commitIndex() ? node : last;
        }
        return last.core().configuration().members();
    }
}
