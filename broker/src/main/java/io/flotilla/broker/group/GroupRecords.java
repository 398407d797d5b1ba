package io.flotilla.broker.group;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.wire.message.GroupMetadataKey;
import io.flotilla.wire.message.GroupMetadataValue;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.OffsetCommitKey;
import io.flotilla.wire.message.OffsetCommitValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of {@code __consumer_offsets}, in Kafka's format, so that its tools read them and so that a log of Kafka's can be
 * read here:
 *
 * <pre>
 * key    type int16 (0 and 1: offset, 2: group; others belong to group protocols we do not have), the key's fields
 * value  version int16, the value's fields; null: the offset or the group is forgotten
 * </pre>
 */
final class GroupRecords {
    static final short OLD_OFFSET_TYPE = 0;
    static final short OFFSET_TYPE = 1;
    static final short GROUP_TYPE = 2;

    /** The one version of offsets that carries a time to forget it. */
    private static final short OFFSET_VERSION_WITH_EXPIRY = 1;

    private static final short OFFSET_VERSION = 4;
    /** The newest that is not flexible, as Kafka writes it. */
    private static final short GROUP_VERSION = 3;

    private static final short KEY_VERSION = 0;

    private GroupRecords() {}

    /** A group as it stands, in a state it has from now on. */
    static MachineRecord group(Group group, long stateTimestamp) {
        List<GroupMetadataValue.Member> members =
                new ArrayList<>(group.members().size());
        for (Member member : group.members()) {
            members.add(GroupMetadataValue.Member.builder()
                    .memberId(member.id)
                    .groupInstanceId(member.instanceId)
                    .clientId(member.clientId)
                    .clientHost(member.clientHost)
                    .rebalanceTimeout(member.rebalanceTimeoutMs)
                    .sessionTimeout(member.sessionTimeoutMs)
                    .subscription(member.metadata(group.protocol))
                    .assignment(member.assignment)
                    .build());
        }
        GroupMetadataValue value = GroupMetadataValue.builder()
                .protocolType(group.protocolType == null ? "" : group.protocolType)
                .generation(group.generation)
                .protocol(group.protocol)
                .leader(group.leader)
                .currentStateTimestamp(stateTimestamp)
                .members(members)
                .build();
        return new MachineRecord(groupKey(group.id), encode(GROUP_VERSION, value, GROUP_VERSION));
    }

    static MachineRecord groupTombstone(String groupId) {
        return new MachineRecord(groupKey(groupId), null);
    }

    static MachineRecord offset(String groupId, String topic, int partition, CommittedOffset offset) {
        short version =
                offset.expireTimestamp() == CommittedOffset.NO_EXPIRY ? OFFSET_VERSION : OFFSET_VERSION_WITH_EXPIRY;
        OffsetCommitValue value = OffsetCommitValue.builder()
                .offset(offset.offset())
                .leaderEpoch(offset.leaderEpoch())
                .metadata(offset.metadata())
                .commitTimestamp(offset.commitTimestamp())
                .expireTimestamp(offset.expireTimestamp())
                .topicId(offset.topicId())
                .build();
        return new MachineRecord(offsetKey(groupId, topic, partition), encode(version, value, version));
    }

    static MachineRecord offsetTombstone(String groupId, String topic, int partition) {
        return new MachineRecord(offsetKey(groupId, topic, partition), null);
    }

    /** The offset in a record's value. */
    static CommittedOffset readOffset(ByteBuf in) {
        OffsetCommitValue value = OffsetCommitValue.read(in, in.readShort());
        return new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp(),
                value.topicId());
    }

    /** The group in a record's value, as it is after a change of leader: stable if it has members. */
    static Group readGroup(String id, OffsetTable offsets, ByteBuf in) {
        GroupMetadataValue value = GroupMetadataValue.read(in, in.readShort());
        Group group = new Group(id, offsets);
        group.protocolType = value.protocolType().isEmpty() ? null : value.protocolType();
        group.generation = value.generation();
        group.protocol = value.protocol();
        for (GroupMetadataValue.Member stored : value.members()) {
            Member member = new Member(
                    new MemberIdentity(stored.memberId(), stored.groupInstanceId()),
                    stored.clientId(),
                    stored.clientHost(),
                    stored.sessionTimeout(),
                    stored.rebalanceTimeout() < 0 ? stored.sessionTimeout() : stored.rebalanceTimeout(),
                    List.of(new Protocol(value.protocol(), stored.subscription())));
            member.assignment = stored.assignment();
            group.add(member);
        }
        group.leader = value.leader();
        group.enter(value.members().isEmpty() ? GroupState.EMPTY : GroupState.STABLE, value.currentStateTimestamp());
        return group;
    }

    static String readGroupKey(ByteBuf in) {
        return GroupMetadataKey.read(in, KEY_VERSION).group();
    }

    static OffsetCommitKey readOffsetKey(ByteBuf in) {
        return OffsetCommitKey.read(in, KEY_VERSION);
    }

    private static byte[] groupKey(String groupId) {
        return encode(GROUP_TYPE, GroupMetadataKey.builder().group(groupId).build(), KEY_VERSION);
    }

    private static byte[] offsetKey(String groupId, String topic, int partition) {
        OffsetCommitKey key = OffsetCommitKey.builder()
                .group(groupId)
                .topic(topic)
                .partition(partition)
                .build();
        return encode(OFFSET_TYPE, key, KEY_VERSION);
    }

    private static byte[] encode(short prefix, Message message, short version) {
        byte[] bytes = new byte[Short.BYTES + message.size(version)];
        ByteBuf out = Unpooled.wrappedBuffer(bytes).writerIndex(0);
        out.writeShort(prefix);
        message.write(out, version);
        return bytes;
    }
}
