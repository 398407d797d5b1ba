package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupBed.GROUP;
import static io.flotilla.broker.group.GroupBed.offset;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.group.GroupBed.Client;
import io.flotilla.wire.record.Record;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we write, Kafka's coordinator reads; what it has written, in any version, we read. */
class GroupRecordsTest {
    private final GroupBed bed = new GroupBed();

    private CoordinatorRecord lastAsKafkaReadsIt() {
        List<Record> all = bed.partition.records();
        Record last = all.get(all.size() - 1);
        return new GroupCoordinatorRecordSerde().deserialize(buffer(last.key()), buffer(last.value()));
    }

    private static ByteBuffer buffer(ByteBuf bytes) {
        return bytes == null ? null : bytes.nioBuffer();
    }

    @Test
    void kafkaReadsAStableGroup() {
        Client a = bed.client("t");
        Client b = bed.staticClient("b", "t");
        bed.stabilize(a, b);
        CoordinatorRecord record = lastAsKafkaReadsIt();
        assertThat(record.key()).isEqualTo(new GroupMetadataKey().setGroup(GROUP));
        assertThat(record.value().version()).isEqualTo((short) 3);
        GroupMetadataValue value = (GroupMetadataValue) record.value().message();
        assertThat(value)
                .isEqualTo(new GroupMetadataValue()
                        .setProtocolType("consumer")
                        .setGeneration(1)
                        .setProtocol("range")
                        .setLeader(a.id)
                        .setCurrentStateTimestamp(bed.loop.millis())
                        .setMembers(List.of(kafkaMember(a, null), kafkaMember(b, "b"))));
    }

    private static GroupMetadataValue.MemberMetadata kafkaMember(Client client, String instanceId) {
        return new GroupMetadataValue.MemberMetadata()
                .setMemberId(client.id)
                .setGroupInstanceId(instanceId)
                .setClientId("client")
                .setClientHost("/127.0.0.1")
                .setRebalanceTimeout(GroupBed.REBALANCE_MS)
                .setSessionTimeout(GroupBed.SESSION_MS)
                .setSubscription(GroupBed.subscription("t"))
                .setAssignment(GroupBed.bytes("for " + client.id));
    }

    @Test
    void kafkaReadsAnEmptyGroupAndADeletedOne() {
        Client a = bed.client("t");
        bed.stabilize(a);
        a.leave();
        GroupMetadataValue empty =
                (GroupMetadataValue) lastAsKafkaReadsIt().value().message();
        assertThat(empty.members()).isEmpty();
        assertThat(empty.protocol()).isNull();
        assertThat(empty.leader()).isNull();
        assertThat(empty.generation()).isEqualTo(2);
        bed.delete();
        CoordinatorRecord deleted = lastAsKafkaReadsIt();
        assertThat(deleted.key()).isEqualTo(new GroupMetadataKey().setGroup(GROUP));
        assertThat(deleted.value()).isNull();
    }

    @Test
    void kafkaReadsOffsets() {
        commit(-1);
        CoordinatorRecord record = lastAsKafkaReadsIt();
        assertThat(record.key())
                .isEqualTo(new OffsetCommitKey().setGroup(GROUP).setTopic("t").setPartition(3));
        assertThat(record.value().version()).isEqualTo((short) 4);
        assertThat(record.value().message())
                .isEqualTo(new OffsetCommitValue()
                        .setOffset(10)
                        .setLeaderEpoch(5)
                        .setMetadata("note")
                        .setCommitTimestamp(bed.loop.millis())
                        .setTopicId(kafkaId()));
        bed.ask(machine -> machine.deleteOffsets(GROUP, List.of(GroupBed.partition("t", 3))));
        assertThat(lastAsKafkaReadsIt().value()).isNull();
    }

    @Test
    void kafkaReadsOffsetsWithARetentionOfTheirOwn() {
        commit(1_000);
        CoordinatorRecord record = lastAsKafkaReadsIt();
        assertThat(record.value().version()).isEqualTo((short) 1);
        assertThat(((OffsetCommitValue) record.value().message()).expireTimestamp())
                .isEqualTo(bed.loop.millis() + 1_000);
    }

    private void commit(long retentionMs) {
        CommitCommand command = new CommitCommand(
                GROUP, new MemberIdentity("", null), -1, retentionMs, false, List.of(offset("t", 3, 10, "note")));
        bed.commit(command);
    }

    private static Uuid kafkaId() {
        return new Uuid(
                GroupBed.topicId("t").getMostSignificantBits(),
                GroupBed.topicId("t").getLeastSignificantBits());
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4})
    void readsOffsetsOfAllVersionsOfKafka(short version) {
        OffsetCommitValue value = new OffsetCommitValue()
                .setOffset(10)
                .setLeaderEpoch(7)
                .setMetadata("note")
                .setCommitTimestamp(99)
                .setExpireTimestamp(100)
                .setTopicId(kafkaId());
        CommittedOffset read = GroupRecords.readOffset(encode(version, value));
        assertThat(read)
                .isEqualTo(new CommittedOffset(
                        10,
                        version >= 3 ? 7 : -1,
                        "note",
                        99,
                        version == 1 ? 100 : -1,
                        version >= 4 ? GroupBed.topicId("t") : TopicPartition.NO_TOPIC_ID));
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4})
    void readsGroupsOfAllVersionsOfKafka(short version) {
        GroupMetadataValue value = new GroupMetadataValue()
                .setProtocolType("consumer")
                .setGeneration(4)
                .setProtocol("range")
                .setLeader("m")
                .setCurrentStateTimestamp(99)
                .setMembers(List.of(new GroupMetadataValue.MemberMetadata()
                        .setMemberId("m")
                        .setGroupInstanceId("i")
                        .setClientId("c")
                        .setClientHost("/h")
                        .setRebalanceTimeout(8_000)
                        .setSessionTimeout(7_000)
                        .setSubscription(GroupBed.subscription("t"))
                        .setAssignment(new byte[] {1})));
        Group read = GroupRecords.readGroup(GROUP, new OffsetTable(), encode(version, value));
        Member member = read.member("m");
        assertThat(read.state()).isEqualTo(GroupState.STABLE);
        assertThat(read.generation).isEqualTo(4);
        assertThat(read.leader).isEqualTo("m");
        assertThat(read.stateTimestamp()).isEqualTo(version >= 2 ? 99 : Group.NO_TIMESTAMP);
        assertThat(member.rebalanceTimeoutMs).isEqualTo(version >= 1 ? 8_000 : 7_000);
        assertThat(member.instanceId).isEqualTo(version >= 3 ? "i" : null);
        assertThat(Subscription.topics(read)).containsExactly("t");
    }

    private static ByteBuf encode(short version, Message value) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer out = ByteBuffer.allocate(2 + value.size(cache, version));
        out.putShort(version);
        value.write(new ByteBufferAccessor(out), cache, version);
        return io.netty.buffer.Unpooled.wrappedBuffer(out.flip());
    }
}
