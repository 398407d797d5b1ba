package io.flotilla.broker.group;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.machine.Timers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * Walks all groups to forget what is no longer wanted: expired offsets, offsets of deleted topics, and groups that have
 * neither members nor offsets. A walk takes several turns of the loop, each as long as one batch has room.
 */
final class Retention {
    private static final String CHECK = "retention";
    private static final int GROUPS_PER_TURN = 1_000;

    private final Map<String, Group> groups;
    private final Offsets offsets;
    private final GroupSettings settings;
    private final Timers timers;
    private long walks;

    Retention(Map<String, Group> groups, Offsets offsets, GroupSettings settings, Timers timers) {
        this.groups = groups;
        this.offsets = offsets;
        this.settings = settings;
        this.timers = timers;
    }

    /** Begins the regular checks. */
    void start() {
        timers.schedule(CHECK, settings.offsetsCheckIntervalMs(), () -> {
            walk(this::expired);
            start();
            return Outcome.read(null);
        });
    }

    void forgetTopics(Map<String, UUID> topics) {
        walk(group -> {
            List<MachineRecord> records = new ArrayList<>();
            topics.forEach((name, id) -> records.addAll(offsets.forgetTopic(group, name, id)));
            return records;
        });
    }

    private List<MachineRecord> expired(Group group) {
        List<MachineRecord> records = offsets.forgetExpired(group);
        boolean nothingLeft = records.size() == group.offsets.size();
        if (nothingLeft && group.state() == GroupState.EMPTY && group.pending.isEmpty()) {
            records.add(GroupRecords.groupTombstone(group.id));
        }
        return records;
    }

    private void walk(Function<Group, List<MachineRecord>> forgotten) {
        step("walk " + walks++, new ArrayDeque<>(groups.keySet()), forgotten);
    }

    private void step(String key, Deque<String> left, Function<Group, List<MachineRecord>> forgotten) {
        timers.schedule(key, 0, () -> {
            List<MachineRecord> records = turn(left, forgotten);
            if (!left.isEmpty()) {
                step(key, left, forgotten);
            }
            return new Outcome<>(records, null);
        });
    }

    /** As much as fits one batch. Records of a group are independent of each other, so it may be cut anywhere. */
    private List<MachineRecord> turn(Deque<String> left, Function<Group, List<MachineRecord>> forgotten) {
        List<MachineRecord> records = new ArrayList<>();
        long room = settings.maxBatchBytes() - Rebalances.BATCH_OVERHEAD_BYTES;
        for (int i = 0; i < GROUPS_PER_TURN && !left.isEmpty(); i++) {
            Group group = groups.get(left.peek());
            for (MachineRecord record : group == null ? List.<MachineRecord>of() : forgotten.apply(group)) {
                room -= record.maxSizeInBatch();
                if (room < 0) {
                    return records;
                }
                records.add(record);
            }
            left.poll();
        }
        return records;
    }
}
