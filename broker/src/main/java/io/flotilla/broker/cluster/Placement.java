package io.flotilla.broker.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Where the replicas of new partitions go. Greedy and deterministic, in this order of importance: living brokers; within a
 * partition, as many racks as possible; within a topic, preferred leaders and then replicas as even as possible; over
 * the cluster, the brokers that have least. One leader's followers vary, so that what it led is spread when it fails.
 *
 * <p>Made for one command: placing counts toward the load that later placements see. Brokers without a rack share one.
 */
final class Placement {
    private final int[] ids;
    private final boolean[] dead;
    private final int[] rack;
    private final Map<Integer, Integer> indexOfId = new LinkedHashMap<>();
    private final int[] clusterLeaders;
    private final int[] clusterReplicas;
    private final int[] topicLeaders;
    private final int[] topicReplicas;

    /** How often a broker follows another one in the topic, by leader, then by follower. */
    private final int[][] topicFollowers;

    // Of the partition being placed.
    private int leader;
    private final boolean[] chosen;
    private final int[] rackReplicas;

    /**
     * @param brokers all registered brokers, ordered by id
     * @param alive which of them are; the others are used only when there are not enough living ones
     * @param counts what has been placed already
     */
    Placement(Collection<BrokerInfo> brokers, IntPredicate alive, ReplicaCounts counts) {
        int count = brokers.size();
        ids = new int[count];
        dead = new boolean[count];
        rack = new int[count];
        clusterLeaders = new int[count];
        clusterReplicas = new int[count];
        Map<String, Integer> racks = new LinkedHashMap<>();
        for (BrokerInfo broker : brokers) {
            int index = indexOfId.size();
            ids[index] = broker.id();
            dead[index] = !alive.test(broker.id());
            rack[index] = racks.computeIfAbsent(broker.rack() == null ? "" : broker.rack(), name -> racks.size());
            indexOfId.put(broker.id(), index);
            clusterLeaders[index] = counts.leaders(broker.id());
            clusterReplicas[index] = counts.replicas(broker.id());
        }
        topicLeaders = new int[count];
        topicReplicas = new int[count];
        topicFollowers = new int[count][count];
        chosen = new boolean[count];
        rackReplicas = new int[racks.size()];
    }

    /** Number of brokers: the largest replication factor there can be. */
    int brokers() {
        return ids.length;
    }

    /**
     * Places further partitions of a topic.
     *
     * @param existing the partitions the topic has already; they count toward evenness within the topic
     * @param partitions how many to place
     * @param replicationFactor from 1 to {@link #brokers()}
     * @return for each new partition its replicas, the preferred leader first
     */
    List<List<Integer>> place(List<List<Integer>> existing, int partitions, int replicationFactor) {
        Arrays.fill(topicLeaders, 0);
        Arrays.fill(topicReplicas, 0);
        for (int[] followers : topicFollowers) {
            Arrays.fill(followers, 0);
        }
        count(existing, topicLeaders, topicReplicas);
        List<List<Integer>> placed = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            placed.add(placeOne(replicationFactor));
        }
        return placed;
    }

    /** Counts replicas that somebody else placed, so that they weigh in what is placed later. */
    void add(List<List<Integer>> replicas) {
        count(replicas, clusterLeaders, clusterReplicas);
    }

    private List<Integer> placeOne(int replicationFactor) {
        Arrays.fill(chosen, false);
        Arrays.fill(rackReplicas, 0);
        Integer[] replicas = new Integer[replicationFactor];
        leader = bestLeader();
        topicLeaders[leader]++;
        clusterLeaders[leader]++;
        replicas[0] = choose(leader);
        for (int i = 1; i < replicationFactor; i++) {
            int follower = bestFollower();
            topicFollowers[leader][follower]++;
            replicas[i] = choose(follower);
        }
        return List.of(replicas);
    }

    private int choose(int broker) {
        chosen[broker] = true;
        rackReplicas[rack[broker]]++;
        topicReplicas[broker]++;
        clusterReplicas[broker]++;
        return ids[broker];
    }

    private int bestLeader() {
        int best = 0;
        for (int broker = 1; broker < ids.length; broker++) {
            if (compareAsLeader(broker, best) < 0) {
                best = broker;
            }
        }
        return best;
    }

    private int compareAsLeader(int a, int b) {
        int order = Boolean.compare(dead[a], dead[b]);
        order = order != 0 ? order : topicLeaders[a] - topicLeaders[b];
        order = order != 0 ? order : topicReplicas[a] - topicReplicas[b];
        order = order != 0 ? order : clusterLeaders[a] - clusterLeaders[b];
        return order != 0 ? order : clusterReplicas[a] - clusterReplicas[b];
    }

    /** Looks around the ring of brokers, starting after the leader; the first of equals is taken. */
    private int bestFollower() {
        int best = -1;
        for (int i = 1; i < ids.length; i++) {
            int broker = (leader + i) % ids.length;
            if (!chosen[broker] && (best < 0 || compareAsFollower(broker, best) < 0)) {
                best = broker;
            }
        }
        return best;
    }

    /** Among brokers with equally many replicas of the topic, one that led already: the others' turn to lead will come. */
    private int compareAsFollower(int a, int b) {
        int order = Boolean.compare(dead[a], dead[b]);
        order = order != 0 ? order : rackReplicas[rack[a]] - rackReplicas[rack[b]];
        order = order != 0 ? order : topicReplicas[a] - topicReplicas[b];
        order = order != 0 ? order : topicLeaders[b] - topicLeaders[a];
        order = order != 0 ? order : topicFollowers[leader][a] - topicFollowers[leader][b];
        return order != 0 ? order : clusterReplicas[a] - clusterReplicas[b];
    }

    private void count(List<List<Integer>> partitions, int[] leaders, int[] replicas) {
        for (List<Integer> partition : partitions) {
            for (int i = 0; i < partition.size(); i++) {
                Integer index = indexOfId.get(partition.get(i));
                if (index != null) {
                    replicas[index]++;
                    leaders[index] += i == 0 ? 1 : 0;
                }
            }
        }
    }
}
