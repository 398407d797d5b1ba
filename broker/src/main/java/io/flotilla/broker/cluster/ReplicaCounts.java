package io.flotilla.broker.cluster;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many replicas, and how many preferred leaders among them, each broker has in the whole cluster. */
final class ReplicaCounts {
    private final Map<Integer, int[]> byBroker = new TreeMap<>();

    /** Counts these partitions' replicas in. */
    void add(List<List<Integer>> partitions) {
        count(partitions, 1);
    }

    /** Counts these partitions' replicas out. */
    void remove(List<List<Integer>> partitions) {
        count(partitions, -1);
    }

    int leaders(int broker) {
        return of(broker)[0];
    }

    int replicas(int broker) {
        return of(broker)[1];
    }

    private int[] of(int broker) {
        return byBroker.getOrDefault(broker, new int[2]);
    }

    private void count(List<List<Integer>> partitions, int change) {
        for (List<Integer> replicas : partitions) {
            for (int i = 0; i < replicas.size(); i++) {
                int[] counts = byBroker.computeIfAbsent(replicas.get(i), broker -> new int[2]);
                counts[0] += i == 0 ? change : 0;
                counts[1] += change;
            }
        }
    }
}
