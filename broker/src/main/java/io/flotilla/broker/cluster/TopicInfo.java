package io.flotilla.broker.cluster;

import java.util.AbstractList;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Function;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * A topic.
 *
 * @param assignments for each partition, where its replicas are
 * @param configs explicitly set topic configuration
 */
public record TopicInfo(String name, UUID id, PVector<Assignment> assignments, SortedMap<String, String> configs) {
    /** A topic whose partitions have the replicas they were made with, by the metadata record at this offset. */
    public static TopicInfo made(
            String name, UUID id, List<List<Integer>> replicas, long offset, SortedMap<String, String> configs) {
        PVector<Assignment> assignments = TreePVector.empty();
        for (List<Integer> ofOne : replicas) {
            assignments = assignments.plus(Assignment.original(ofOne, offset));
        }
        return new TopicInfo(name, id, assignments, configs);
    }

    public int partitions() {
        return assignments.size();
    }

    /** For each partition, the node ids of its replicas, the preferred leader first. */
    public List<List<Integer>> replicas() {
        return each(Assignment::replicas);
    }

    /** For each partition, the node ids of the replicas it is to have once no reassignment is under way any more. */
    public List<List<Integer>> targets() {
        return each(Assignment::target);
    }

    /** Internal topics are the brokers' own: {@code __consumer_offsets}, {@code __transaction_state}. */
    public boolean internal() {
        return name.equals("__consumer_offsets") || name.equals("__transaction_state");
    }

    TopicInfo with(int partition, Assignment assignment) {
        return new TopicInfo(name, id, assignments.with(partition, assignment), configs);
    }

    TopicInfo withMore(List<Assignment> more) {
        return new TopicInfo(name, id, assignments.plusAll(more), configs);
    }

    TopicInfo with(SortedMap<String, String> changedConfigs) {
        return new TopicInfo(name, id, assignments, changedConfigs);
    }

    private List<List<Integer>> each(Function<Assignment, List<Integer>> part) {
        return new AbstractList<>() {
            @Override
            public List<Integer> get(int partition) {
                return part.apply(assignments.get(partition));
            }

            @Override
            public int size() {
                return assignments.size();
            }
        };
    }
}
