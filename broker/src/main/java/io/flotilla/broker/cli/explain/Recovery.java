package io.flotilla.broker.cli.explain;

import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What it would mean to let one survivor of a partition's lost majority go on alone.
 *
 * @param topic the partition's topic
 * @param partition its number
 * @param quorum the arithmetic that has failed, in words
 * @param survivors the replicas that are left, by broker
 * @param survivor the broker of the one that has most of the log, or -1 when none is left
 * @param lost the voters that do not count any more
 */
public record Recovery(
        String topic,
        int partition,
        String quorum,
        Map<Integer, Replica> survivors,
        int survivor,
        SortedSet<Integer> lost) {
    private static final String METADATA = "__cluster_metadata";

    /** The name, {@code TOPIC-N}. */
    public String name() {
        return topic + "-" + partition;
    }

    /** Whether it is the cluster's own metadata, which all other partitions depend on. */
    public boolean isMetadata() {
        return topic.equals(METADATA);
    }

    /** The replica that would go on. */
    public Replica chosen() {
        return survivors.get(survivor);
    }

    /** All partitions that have lost their majority, the cluster's metadata first. */
    public static List<Recovery> needed(SortedMap<Integer, Report> reports) {
        SortedSet<Replica> known = new TreeSet<>(
                Comparator.comparing((Replica replica) -> !replica.topic().equals(METADATA))
                        .thenComparing(Replica::topic)
                        .thenComparingInt(Replica::partition));
        reports.values().forEach(report -> {
            if (report instanceof Report.Answered answered) {
                known.addAll(answered.response().replicas());
            }
        });
        List<Recovery> needed = new ArrayList<>();
        for (Replica replica : known) {
            Situation situation = new Situation(replica.topic(), replica.partition(), reports);
            if (isLost(situation)) {
                needed.add(of(replica.topic(), replica.partition(), situation));
            }
        }
        return needed;
    }

    /** Nobody leads, and nobody can be elected: one of the sets of voters that must agree lacks its majority. */
    private static boolean isLost(Situation situation) {
        return situation.authority() != null
                && situation.claimants().isEmpty()
                && situation.halves().stream().anyMatch(voters -> !situation.hasMajority(voters));
    }

    private static Recovery of(String topic, int partition, Situation situation) {
        Map<Integer, Replica> survivors = new LinkedHashMap<>();
        situation.replicas().forEach((broker, replica) -> {
            if (situation.works(broker)) {
                survivors.put(broker, replica);
            }
        });
        // As in an election: the later last term wins, then the longer log (Raft section 5.4.1).
        int survivor = survivors.keySet().stream()
                .max(Comparator.comparingInt(
                                (Integer broker) -> survivors.get(broker).lastTerm())
                        .thenComparingLong(broker -> survivors.get(broker).lastIndex())
                        .thenComparing(Comparator.reverseOrder()))
                .orElse(Situation.NOBODY);
        SortedSet<Integer> lost = new TreeSet<>();
        List<String> quorums = new ArrayList<>();
        for (List<Integer> voters : situation.halves()) {
            lost.addAll(voters);
            if (!situation.hasMajority(voters)) {
                quorums.add(situation.quorum(voters, "voters"));
            }
        }
        lost.removeIf(situation::works);
        return new Recovery(topic, partition, String.join(" ", quorums), survivors, survivor, lost);
    }
}
