package io.flotilla.broker.group;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** The offsets that groups commit: kept, found, deleted, forgotten with time. */
final class Offsets {
    private final Map<String, Group> groups;
    private final GroupSettings settings;
    private final Clock clock;
    private final Rebalances rebalances;

    Offsets(Map<String, Group> groups, GroupSettings settings, Clock clock, Rebalances rebalances) {
        this.groups = groups;
        this.settings = settings;
        this.clock = clock;
        this.rebalances = rebalances;
    }

    /** One error code for each offset, in order. */
    Outcome<List<ErrorCode>> commit(CommitCommand command) {
        Group group = groups.get(command.groupId());
        ErrorCode error = mayCommit(group, command);
        if (error != ErrorCode.NONE) {
            return Outcome.read(Collections.nCopies(command.offsets().size(), error));
        }
        Member member = group == null ? null : group.member(command.member().memberId());
        if (member != null) {
            rebalances.sessions().touch(group, member);
        }
        long now = clock.millis();
        long expiry = command.retentionMs() < 0 ? CommittedOffset.NO_EXPIRY : now + command.retentionMs();
        List<MachineRecord> records = new ArrayList<>(command.offsets().size());
        List<ErrorCode> results = new ArrayList<>(command.offsets().size());
        for (CommitCommand.OffsetToCommit each : command.offsets()) {
            String metadata = each.metadata() == null ? "" : each.metadata();
            if (metadata.length() > settings.offsetMetadataMaxBytes()) {
                results.add(ErrorCode.OFFSET_METADATA_TOO_LARGE);
                continue;
            }
            TopicPartition partition = each.partition();
            CommittedOffset offset =
                    new CommittedOffset(each.offset(), each.leaderEpoch(), metadata, now, expiry, partition.topicId());
            records.add(GroupRecords.offset(command.groupId(), partition.topic(), partition.partition(), offset));
            results.add(ErrorCode.NONE);
        }
        return new Outcome<>(records, results);
    }

    /** Members commit within their generation; those who only keep offsets here may do so while there are no members. */
    private static ErrorCode mayCommit(Group group, CommitCommand command) {
        boolean asMember = command.generation() >= 0
                || !command.member().memberId().isEmpty()
                || command.member().instanceId() != null;
        if (group == null) {
            if (command.generation() < 0) {
                return ErrorCode.NONE;
            }
            return command.groupMustExist() ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
        }
        if (command.generation() < 0 && group.state() == GroupState.EMPTY) {
            return ErrorCode.NONE;
        }
        if (!asMember) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        ErrorCode error = group.check(command.member());
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (command.generation() != group.generation) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        // The new generation has no assignment yet, so whatever the member read belongs to the one before.
        return group.state() == GroupState.COMPLETING_REBALANCE ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    /** The committed offset of each partition in order, null where there is none. */
    List<CommittedOffset> fetch(String groupId, List<TopicPartition> partitions) {
        Group group = groups.get(groupId);
        List<CommittedOffset> found = new ArrayList<>(partitions.size());
        for (TopicPartition each : partitions) {
            CommittedOffset offset = group == null ? null : group.offsets.get(each.topic(), each.partition());
            found.add(offset != null && offset.isFor(each.topicId()) ? offset : null);
        }
        return found;
    }

    /** A copy of all offsets of the group. */
    SortedMap<String, SortedMap<Integer, CommittedOffset>> fetchAll(String groupId) {
        SortedMap<String, SortedMap<Integer, CommittedOffset>> all = new TreeMap<>();
        Group group = groups.get(groupId);
        if (group != null) {
            group.offsets.topics().forEach((topic, partitions) -> all.put(topic, new TreeMap<>(partitions)));
        }
        return all;
    }

    /** Deletes offsets of partitions that no member reads. */
    Outcome<EachResult> delete(String groupId, List<TopicPartition> partitions) {
        Group group = groups.get(groupId);
        ErrorCode error = mayDelete(group);
        if (error != ErrorCode.NONE) {
            return Outcome.read(EachResult.failed(error));
        }
        Set<String> subscribed = Subscription.topics(group);
        List<MachineRecord> records = new ArrayList<>();
        List<ErrorCode> results = new ArrayList<>(partitions.size());
        for (TopicPartition each : partitions) {
            if (!group.members().isEmpty() && (subscribed == null || subscribed.contains(each.topic()))) {
                results.add(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
                continue;
            }
            if (group.offsets.get(each.topic(), each.partition()) != null) {
                records.add(GroupRecords.offsetTombstone(groupId, each.topic(), each.partition()));
            }
            results.add(ErrorCode.NONE);
        }
        return new Outcome<>(records, EachResult.of(results));
    }

    private static ErrorCode mayDelete(Group group) {
        if (group == null) {
            return ErrorCode.GROUP_ID_NOT_FOUND;
        }
        boolean knowable = group.members().isEmpty() || Subscription.PROTOCOL_TYPE.equals(group.protocolType);
        return knowable ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
    }

    /** Tombstones for everything the group has committed. */
    List<MachineRecord> forgetAll(Group group) {
        List<MachineRecord> records = new ArrayList<>();
        group.offsets.topics().forEach((topic, partitions) -> partitions
                .keySet()
                .forEach(partition -> records.add(GroupRecords.offsetTombstone(group.id, topic, partition))));
        return records;
    }

    /** Tombstones for what the group has committed for a topic that was deleted. */
    List<MachineRecord> forgetTopic(Group group, String topic, UUID topicId) {
        List<MachineRecord> records = new ArrayList<>();
        group.offsets.partitions(topic).forEach((partition, offset) -> {
            if (offset.isFor(topicId)) {
                records.add(GroupRecords.offsetTombstone(group.id, topic, partition));
            }
        });
        return records;
    }

    /**
     * Tombstones for offsets whose time is over (KIP-211): those of a group without members, counted from when the last one
     * left, and those of topics that a stable group of consumers no longer reads, counted from the commit.
     */
    List<MachineRecord> forgetExpired(Group group) {
        List<MachineRecord> records = new ArrayList<>();
        boolean simple = group.protocolType == null;
        boolean empty = group.state() == GroupState.EMPTY;
        Set<String> subscribed = empty ? Set.of() : Subscription.topics(group);
        if (!simple && !empty && (group.state() != GroupState.STABLE || subscribed == null)) {
            return records;
        }
        long emptySince = !simple && empty ? group.stateTimestamp() : Group.NO_TIMESTAMP;
        group.offsets.topics().forEach((topic, partitions) -> {
            if (!subscribed.contains(topic)) {
                partitions.forEach((partition, offset) -> {
                    if (isExpired(offset, emptySince)) {
                        records.add(GroupRecords.offsetTombstone(group.id, topic, partition));
                    }
                });
            }
        });
        return records;
    }

    private boolean isExpired(CommittedOffset offset, long emptySince) {
        long now = clock.millis();
        if (offset.expireTimestamp() != CommittedOffset.NO_EXPIRY) {
            return now >= offset.expireTimestamp();
        }
        long since = emptySince == Group.NO_TIMESTAMP ? offset.commitTimestamp() : emptySince;
        return now - since >= settings.offsetsRetentionMs();
    }
}
