package io.flotilla.raft.core;

import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/** Some cores, the messages between them, and a checker that watches every event. Drivers decide what happens when. */
final class SimCluster {
    static final int ELECTION_TICKS = 10;

    /** A message on its way. */
    record Flight(int from, int to, RaftMessage message) {}

    private final SafetyRules rules;
    private final long lease;
    private final TreeMap<Integer, Long> clocks = new TreeMap<>();
    private final TreeMap<Integer, SimNode> nodes = new TreeMap<>();
    private final List<Flight> flights = new ArrayList<>();
    private final TreeSet<String> cutLinks = new TreeSet<>();
    private final SafetyChecker checker = new SafetyChecker(this);
    private int payloads;

    /**
     * @param spares nodes that hold nothing, know no members, and may become some
     * @param lease how long leases are, in units of {@link #pass}; 0 for none
     */
    SimCluster(
            Configuration configuration,
            NodeSet spares,
            SafetyRules rules,
            long lease,
            IntFunction<RandomGenerator> randoms) {
        this.rules = rules;
        this.lease = lease;
        NodeSet members = configuration.members();
        members.union(spares).forEach(id -> {
            clocks.put(id, 0L);
            Configuration known = members.contains(id) ? configuration : Configuration.NONE;
            nodes.put(id, new SimNode(id, known, this, randoms.apply(id)));
        });
    }

    RaftOptions options(int id) {
        return new RaftOptions(id, ELECTION_TICKS, 3, 1 << 20, 1 << 30, lease);
    }

    /** What the clock of a node says. */
    long clockOf(int id) {
        return clocks.get(id);
    }

    /** Time passes for a node. */
    void pass(int id, long units) {
        clocks.merge(id, units, Long::sum);
    }

    SafetyRules rules() {
        return rules;
    }

    SafetyChecker checker() {
        return checker;
    }

    int nextPayload() {
        return ++payloads;
    }

    SimNode node(int id) {
        return nodes.get(id);
    }

    Iterable<SimNode> nodes() {
        return nodes.values();
    }

    NodeSet ids() {
        return NodeSet.of(nodes.keySet().stream().mapToInt(Integer::intValue).toArray());
    }

    List<Flight> flights() {
        return flights;
    }

    void send(int from, int to, RaftMessage message) {
        checker.onSend(from, to, message);
        if (!isCut(from, to)) {
            flights.add(new Flight(from, to, message));
        }
    }

    /** Hands a message over, if anybody is there to take it. */
    void deliver(Flight flight) {
        SimNode receiver = nodes.get(flight.to());
        if (receiver.isRunning() && !isCut(flight.from(), flight.to())) {
            receiver.step(flight.from(), flight.message());
        }
    }

    void cut(int from, int to) {
        cutLinks.add(from + "->" + to);
    }

    /** Two nodes can talk again, whatever was cut. */
    void join(int one, int other) {
        cutLinks.remove(one + "->" + other);
        cutLinks.remove(other + "->" + one);
    }

    boolean isCut(int from, int to) {
        return cutLinks.contains(from + "->" + to);
    }

    void healLinks() {
        cutLinks.clear();
    }

    void up(int observer, int node) {
        SimNode at = nodes.get(observer);
        if (at.isRunning()) {
            at.core().nodeUp(node);
            at.drain();
        }
    }

    void down(int observer, int node) {
        SimNode at = nodes.get(observer);
        if (at.isRunning()) {
            at.core().nodeDown(node);
            at.drain();
        }
    }

    /** Everybody who runs sees everybody who runs as up, and the others as down. */
    void showTrueLiveness() {
        for (SimNode observer : nodes()) {
            for (SimNode node : nodes()) {
                if (node.id != observer.id) {
                    if (node.isRunning()) {
                        up(observer.id, node.id);
                    } else {
                        down(observer.id, node.id);
                    }
                }
            }
        }
    }
}
