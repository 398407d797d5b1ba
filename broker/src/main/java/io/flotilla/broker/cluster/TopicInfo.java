package io.flotilla.broker.cluster;

import java.util.List;
import java.util.SortedMap;
import java.util.UUID;

/**
 * A topic.
 *
 * @param replicas for each partition, the node ids of its replicas, the preferred leader first
 * @param configs explicitly set topic configuration
 */
public record TopicInfo(String name, UUID id, List<List<Integer>> replicas, SortedMap<String, String> configs) {
    public int partitions() {
        return replicas.size();
    }

    /** Internal topics are the brokers' own: {@code __consumer_offsets}, {@code __transaction_state}. */
    public boolean internal() {
        return name.equals("__consumer_offsets") || name.equals("__transaction_state");
    }
}
