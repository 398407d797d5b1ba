package io.flotilla.sim;

import io.flotilla.check.History;
import io.flotilla.check.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** A consumer group that reads and commits everything, with members that come and go. */
final class GroupWorkload implements Workload {
    private final String group;
    private final List<Partition> partitions = new ArrayList<>();
    private final List<GroupMember> members = new ArrayList<>();
    private final Map<Partition, Long> progress = new TreeMap<>();
    private final Oracle oracle;

    /** @param clients makes the client of a member with this name */
    GroupWorkload(
            String group,
            int size,
            Function<String, SimClient> clients,
            History history,
            int brokers,
            List<String> topics,
            int partitionsEach,
            Oracle oracle) {
        this.group = group;
        this.oracle = oracle;
        for (String topic : topics) {
            for (int i = 0; i < partitionsEach; i++) {
                partitions.add(new Partition(topic, i));
            }
        }
        for (int i = 1; i <= size; i++) {
            members.add(
                    new GroupMember(clients.apply(group + i), history, brokers, group, partitions, progress, oracle));
        }
    }

    @Override
    public void start() {
        members.forEach(GroupMember::start);
    }

    @Override
    public void conclude() {
        members.forEach(GroupMember::settle);
    }

    @Override
    public String unfinished() {
        for (Partition partition : partitions) {
            long committed = progress.getOrDefault(partition, 0L);
            if (committed < oracle.highWatermark(partition)) {
                return group + " has committed " + committed + " of " + oracle.highWatermark(partition) + " in "
                        + partition + "; " + troubles();
            }
            // A member may not have heard yet that it was given up; until it has, it holds what others read already.
            long owners =
                    members.stream().filter(member -> member.owns(partition)).count();
            if (owners != 1) {
                return owners + " members of " + group + " take " + partition + " for theirs; " + troubles();
            }
        }
        return null;
    }

    private List<String> troubles() {
        return members.stream().map(GroupMember::trouble).toList();
    }
}
