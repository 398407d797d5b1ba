package io.flotilla.broker.cli.client;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Kafka's {@code range} strategy: of each topic, every subscriber gets a run of neighbouring partitions, in the order of the
 * member ids, the first ones one more where it does not come out even.
 */
final class RangeAssignor {
    /** The name under which members agree on it. */
    static final String NAME = "range";

    private RangeAssignor() {}

    /**
     * Assigns all partitions of all topics.
     *
     * @param subscriptions the topics each member wants, by member id
     * @param partitions how many partitions a topic has; 0 when it does not exist
     * @return the partitions of each member by topic; a member may have none
     */
    static SortedMap<String, SortedMap<String, List<Integer>>> assign(
            SortedMap<String, List<String>> subscriptions, ToIntFunction<String> partitions) {
        SortedMap<String, SortedMap<String, List<Integer>>> assignments = new TreeMap<>();
        SortedMap<String, List<String>> subscribers = new TreeMap<>();
        subscriptions.forEach((member, topics) -> {
            assignments.put(member, new TreeMap<>());
            topics.forEach(topic ->
                    subscribers.computeIfAbsent(topic, key -> new ArrayList<>()).add(member));
        });
        subscribers.forEach((topic, members) -> {
            int count = partitions.applyAsInt(topic);
            int next = 0;
            for (int i = 0; i < members.size(); i++) {
                int size = count / members.size() + (i < count % members.size() ? 1 : 0);
                if (size > 0) {
                    List<Integer> run =
                            IntStream.range(next, next + size).boxed().toList();
                    assignments.get(members.get(i)).put(topic, run);
                }
                next += size;
            }
        });
        return assignments;
    }
}
