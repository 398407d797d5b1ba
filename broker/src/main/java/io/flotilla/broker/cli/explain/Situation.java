package io.flotilla.broker.cli.explain;

import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.raft.core.Role;
import io.flotilla.wire.message.DescribeReplicasResponse;
import io.flotilla.wire.message.DescribeReplicasResponse.Follower;
import io.flotilla.wire.message.DescribeReplicasResponse.Peer;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One partition as all brokers see it, put together: who has a replica, who says what, whom to believe. Reports were taken one
 * after the other, so they may differ by what happened meanwhile. Immutable.
 */
final class Situation {
    static final int NOBODY = -1;

    private final String topic;
    private final int partition;
    private final SortedMap<Integer, Report> reports;
    private final SortedMap<Integer, Replica> replicas = new TreeMap<>();
    private final Replica authority;

    /** @param reports by broker, about this partition or about more */
    Situation(String topic, int partition, SortedMap<Integer, Report> reports) {
        this.topic = topic;
        this.partition = partition;
        this.reports = reports;
        reports.forEach((broker, report) -> {
            if (report instanceof Report.Answered answered) {
                answered.response().replicas().stream()
                        .filter(replica -> replica.topic().equals(topic) && replica.partition() == partition)
                        .forEach(replica -> replicas.put(broker, replica));
            }
        });
        authority = replicas.values().stream()
                .filter(replica -> replica.state() == DescribeReplicasHandler.OPEN)
                .max(Comparator.comparing((Replica replica) -> !replica.forgetful())
                        .thenComparing(replica -> !replica.voters().isEmpty())
                        .thenComparingInt(Replica::term)
                        .thenComparing(replica -> isLeader(replica) ? 1 : 0)
                        .thenComparingInt(Replica::lastTerm)
                        .thenComparingLong(Replica::lastIndex))
                .orElse(null);
    }

    String name() {
        return topic + "-" + partition;
    }

    SortedMap<Integer, Report> reports() {
        return reports;
    }

    /** What the brokers that answered say of their replica, by broker. */
    SortedMap<Integer, Replica> replicas() {
        return replicas;
    }

    /** The replica that knows best: in the newest term, the leader before others. Null when none is open. */
    Replica authority() {
        return authority;
    }

    static boolean isLeader(Replica replica) {
        return replica.state() == DescribeReplicasHandler.OPEN && replica.role() == Role.LEADER.ordinal();
    }

    /** Brokers that have the role of leader, in whatever term. */
    List<Integer> claimants() {
        return replicas.keySet().stream()
                .filter(broker -> isLeader(replicas.get(broker)))
                .toList();
    }

    /** The leader in the newest term seen, or {@link #NOBODY}. */
    int leader() {
        return claimants().stream()
                .filter(broker -> replicas.get(broker) == authority)
                .findFirst()
                .orElse(NOBODY);
    }

    /** Whether any broker knows the partition. */
    boolean isKnown() {
        return replicas.values().stream().anyMatch(replica -> replica.state() != DescribeReplicasHandler.UNKNOWN);
    }

    /** All brokers that have, or are to have, a replica. */
    SortedSet<Integer> hosts() {
        SortedSet<Integer> hosts = new TreeSet<>();
        for (Replica replica : replicas.values()) {
            hosts.addAll(replica.assigned());
        }
        if (authority != null) {
            hosts.addAll(authority.voters());
            hosts.addAll(authority.outgoing());
            hosts.addAll(authority.learners());
        }
        replicas.forEach((broker, replica) -> {
            if (replica.state() >= DescribeReplicasHandler.OPEN) {
                hosts.add(broker);
            }
        });
        return hosts;
    }

    /** The sets of voters that must each have a majority: two while a change is under way. */
    List<List<Integer>> halves() {
        List<List<Integer>> halves = new ArrayList<>();
        if (authority != null) {
            halves.add(authority.voters());
            if (!authority.outgoing().isEmpty()) {
                halves.add(authority.outgoing());
            }
        } else {
            replicas.values().stream()
                    .map(Replica::assigned)
                    .filter(assigned -> !assigned.isEmpty())
                    .findFirst()
                    .ifPresent(halves::add);
        }
        return halves;
    }

    /** Whether a broker's replica can vote and acknowledge, as far as it says itself. */
    boolean works(int broker) {
        Replica replica = replicas.get(broker);
        return replica != null && replica.state() == DescribeReplicasHandler.OPEN && !replica.forgetful();
    }

    static int majority(int voters) {
        return voters / 2 + 1;
    }

    /** Whether enough of these voters work to decide something. */
    boolean hasMajority(List<Integer> voters) {
        return voters.stream().filter(this::works).count() >= majority(voters.size());
    }

    /**
     * The arithmetic of one majority, in a sentence.
     *
     * @param which whose majority it is, such as {@code old voters}
     */
    String quorum(List<Integer> voters, String which) {
        List<Integer> working = voters.stream().filter(this::works).toList();
        String there = working.isEmpty()
                ? "none answers"
                : "%s%s %s"
                        .formatted(
                                hasMajority(voters) ? "" : "only ",
                                Words.brokers(working),
                                working.size() == 1 ? "answers" : "answer");
        return "%d of %d %s (%s) are needed to elect a leader and to commit; %s with a working replica."
                .formatted(majority(voters.size()), voters.size(), which, Words.ids(voters), there);
    }

    /** What the leader knows of a follower, or null. */
    Follower follower(int broker) {
        return authority == null
                ? null
                : authority.followers().stream()
                        .filter(follower -> follower.brokerId() == broker)
                        .findFirst()
                        .orElse(null);
    }

    /** What one broker knows of another's life, or null. */
    Peer peer(int broker, int other) {
        return reports.get(broker) instanceof Report.Answered answered
                ? answered.response().peers().stream()
                        .filter(peer -> peer.brokerId() == other)
                        .findFirst()
                        .orElse(null)
                : null;
    }

    /** The offset of the last metadata record that a broker has applied, or -1. */
    long metadataOffset(int broker) {
        return reports.get(broker) instanceof Report.Answered answered
                ? answered.response().metadataOffset()
                : -1;
    }

    /** Why a broker did not answer, or null when it did. */
    String silence(int broker) {
        Report report = reports.get(broker);
        if (report == null) {
            return "no broker with this id is registered";
        }
        return report instanceof Report.Unreachable unreachable ? unreachable.why() : null;
    }

    DescribeReplicasResponse response(int broker) {
        return ((Report.Answered) reports.get(broker)).response();
    }
}
