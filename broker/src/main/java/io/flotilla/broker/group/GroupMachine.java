package io.flotilla.broker.group;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.machine.StateMachine;
import io.flotilla.broker.machine.Timers;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.OffsetCommitKey;
import io.flotilla.wire.record.Record;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of one partition of {@code __consumer_offsets}. Offsets change by replaying their records. A group's members
 * change by commands, and a record of the whole group is written when a generation becomes stable or empty (as Kafka does):
 * that record is a picture for the next leader, who goes on from it without a rebalance. The rebalance under way when a
 * leader falls is lost with it, and the members start it again.
 */
public final class GroupMachine implements StateMachine {
    private static final Logger log = LoggerFactory.getLogger(GroupMachine.class);

    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final GroupSettings settings;
    private final Timers timers;
    private final Rebalances rebalances;
    private final Joins joins;
    private final Membership membership;
    private final Offsets offsets;
    private final Retention retention;
    private boolean loading = true;

    public GroupMachine(GroupSettings settings, Clock clock, RandomSource random, Timers timers) {
        this.settings = settings;
        this.timers = timers;
        this.rebalances = new Rebalances(groups, settings, clock, timers);
        this.joins = new Joins(groups, settings, random, rebalances);
        this.membership = new Membership(groups, rebalances);
        this.offsets = new Offsets(groups, settings, clock, rebalances);
        this.retention = new Retention(groups, offsets, settings, timers);
    }

    /** Joins a group; answered when the rebalance is over. */
    public Outcome<JoinResult> join(JoinCommand command) {
        return joins.join(command);
    }

    /** Asks for an assignment; answered when the leader has made it. */
    public Outcome<SyncResult> sync(SyncCommand command) {
        return membership.sync(command);
    }

    /** Shows that a member lives; REBALANCE_IN_PROGRESS asks it to join again. */
    public Outcome<ErrorCode> heartbeat(String groupId, MemberIdentity member, int generation) {
        return Outcome.read(membership.heartbeat(groupId, member, generation));
    }

    /** @param reason for a log line; may be null */
    public Outcome<EachResult> leave(String groupId, List<MemberIdentity> members, String reason) {
        return membership.leave(groupId, members, reason);
    }

    /** One error code for each offset, in order. */
    public Outcome<List<ErrorCode>> commit(CommitCommand command) {
        return offsets.commit(command);
    }

    /** The committed offset of each partition in order, null where there is none. */
    public Outcome<List<CommittedOffset>> fetch(String groupId, List<TopicPartition> partitions) {
        return Outcome.read(offsets.fetch(groupId, partitions));
    }

    /** All committed offsets by topic and partition. */
    public Outcome<SortedMap<String, SortedMap<Integer, CommittedOffset>>> fetchAll(String groupId) {
        return Outcome.read(offsets.fetchAll(groupId));
    }

    /** Deletes offsets of partitions that no member reads. */
    public Outcome<EachResult> deleteOffsets(String groupId, List<TopicPartition> partitions) {
        return offsets.delete(groupId, partitions);
    }

    /** Deletes a group that has no members, with its offsets. */
    public Outcome<ErrorCode> delete(String groupId) {
        Group group = groups.get(groupId);
        if (group == null) {
            return Outcome.read(ErrorCode.GROUP_ID_NOT_FOUND);
        }
        if (group.state() != GroupState.EMPTY) {
            return Outcome.read(ErrorCode.NON_EMPTY_GROUP);
        }
        List<MachineRecord> records = offsets.forgetAll(group);
        records.add(GroupRecords.groupTombstone(groupId));
        return new Outcome<>(records, ErrorCode.NONE);
    }

    /** All groups here. */
    public Outcome<List<ListedGroup>> list() {
        List<ListedGroup> all = new ArrayList<>(groups.size());
        for (Group group : groups.values()) {
            all.add(new ListedGroup(group.id, text(group.protocolType), group.state()));
        }
        return Outcome.read(all);
    }

    /** The group, or null if there is none of that name. */
    public Outcome<GroupDescription> describe(String groupId) {
        Group group = groups.get(groupId);
        return Outcome.read(group == null ? null : describe(group));
    }

    /**
     * Forgets offsets of deleted topics.
     *
     * @param topics names and the ids they had
     */
    public Outcome<Void> forgetTopics(Map<String, UUID> topics) {
        retention.forgetTopics(topics);
        return Outcome.read(null);
    }

    @Override
    public void replay(Record record) {
        ByteBuf key = record.key();
        if (key == null) {
            return;
        }
        try {
            switch (key.readShort()) {
                case GroupRecords.OLD_OFFSET_TYPE, GroupRecords.OFFSET_TYPE ->
                    replayOffset(GroupRecords.readOffsetKey(key), record.value());
                case GroupRecords.GROUP_TYPE -> replayGroup(GroupRecords.readGroupKey(key), record.value());
                default -> {} // a group protocol that is not here
            }
        } catch (MalformedMessageException | IndexOutOfBoundsException e) {
            log.warn(
                    "a record of __consumer_offsets at offset {} is not one of ours and is ignored",
                    record.offset(),
                    e);
        }
    }

    @Override
    public void loaded() {
        loading = false;
        for (Group group : groups.values()) {
            group.members().forEach(member -> rebalances.sessions().touch(group, member));
            if (group.members().size() > settings.maxSize()) {
                timers.schedule(new ShrinkKey(group.id), 0, () -> shrink(group));
            }
        }
        retention.start();
    }

    private void replayOffset(OffsetCommitKey key, ByteBuf value) {
        if (value != null) {
            CommittedOffset offset = GroupRecords.readOffset(value);
            groups.computeIfAbsent(key.group(), Group::new).offsets.put(key.topic(), key.partition(), offset);
            return;
        }
        Group group = groups.get(key.group());
        if (group != null) {
            group.offsets.remove(key.topic(), key.partition());
        }
    }

    private void replayGroup(String groupId, ByteBuf value) {
        Group known = groups.get(groupId);
        if (value == null) {
            if (known == null || known.offsets.isEmpty()) {
                groups.remove(groupId);
            } else {
                groups.put(groupId, new Group(groupId, known.offsets));
            }
        } else if (loading) { // later on it is a picture of what is here already
            OffsetTable kept = known == null ? new OffsetTable() : known.offsets;
            groups.put(groupId, GroupRecords.readGroup(groupId, kept, value));
        }
    }

    /** The limit was lowered since the group was formed: those who join last will be refused. */
    private Outcome<Void> shrink(Group group) {
        Effects effects = new Effects();
        if (group.state() == GroupState.STABLE) {
            rebalances.begin(group, "more members than group.max.size", effects);
        }
        return effects.answer(null);
    }

    private static GroupDescription describe(Group group) {
        boolean stable = group.state() == GroupState.STABLE;
        List<GroupDescription.MemberDescription> members =
                new ArrayList<>(group.members().size());
        for (Member member : group.members()) {
            members.add(new GroupDescription.MemberDescription(
                    member.id,
                    member.instanceId,
                    member.clientId,
                    member.clientHost,
                    stable ? member.metadata(group.protocol) : Member.NO_ASSIGNMENT,
                    stable ? member.assignment : Member.NO_ASSIGNMENT));
        }
        return new GroupDescription(
                group.id, group.state(), text(group.protocolType), stable ? text(group.protocol) : "", members);
    }

    private static String text(String orNull) {
        return orNull == null ? "" : orNull;
    }

    private record ShrinkKey(String groupId) {}
}
