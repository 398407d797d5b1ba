package io.flotilla.broker.group;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The committed offsets of one group, by topic and partition. */
final class OffsetTable {
    private final SortedMap<String, SortedMap<Integer, CommittedOffset>> topics = new TreeMap<>();

    boolean isEmpty() {
        return topics.isEmpty();
    }

    int size() {
        int size = 0;
        for (Map<Integer, CommittedOffset> partitions : topics.values()) {
            size += partitions.size();
        }
        return size;
    }

    /** The offset, or null. */
    CommittedOffset get(String topic, int partition) {
        return partitions(topic).get(partition);
    }

    void put(String topic, int partition, CommittedOffset offset) {
        topics.computeIfAbsent(topic, name -> new TreeMap<>()).put(partition, offset);
    }

    void remove(String topic, int partition) {
        Map<Integer, CommittedOffset> partitions = topics.get(topic);
        if (partitions != null) {
            partitions.remove(partition);
            if (partitions.isEmpty()) {
                topics.remove(topic);
            }
        }
    }

    /** A topic's offsets by partition; empty when there are none. */
    SortedMap<Integer, CommittedOffset> partitions(String topic) {
        return topics.getOrDefault(topic, Collections.emptySortedMap());
    }

    /** Everything, for reading only. */
    SortedMap<String, SortedMap<Integer, CommittedOffset>> topics() {
        return Collections.unmodifiableSortedMap(topics);
    }
}
