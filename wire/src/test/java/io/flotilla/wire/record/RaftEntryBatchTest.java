package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.countingAllocator;
import static io.flotilla.wire.record.RecordFixtures.kafkaView;
import static io.flotilla.wire.record.RecordFixtures.producerBatch;
import static io.flotilla.wire.record.RecordFixtures.unowned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.wire.record.RaftEntryBatch.Type;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.ControlRecordUtils;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RaftEntryBatchTest {
    private final ByteBufAllocator allocator = countingAllocator();
    private final RecordBatch batch = new RecordBatch();

    @Test
    void aLeaderChangeIsKraftsByteForByteWithTheTermInATaggedField() {
        LeaderChangeMessage message =
                new LeaderChangeMessage().setVersion((short) 0).setLeaderId(3);
        message.unknownTaggedFields().add(new RawTaggedField(1000, new byte[] {0, 0, 0, 7}));
        MemoryRecords kraft = MemoryRecords.withLeaderChangeMessage(42, 1000, 7, ByteBuffer.allocate(200), message);

        ByteBuf ours = unowned(RaftEntryBatch.buildLeaderChange(allocator, 42, 7, 1000, 3));

        assertThat(ByteBufUtil.hexDump(ours)).isEqualTo(ByteBufUtil.hexDump(Unpooled.wrappedBuffer(kraft.buffer())));
        assertThat(RaftEntryBatch.parse(batch.wrap(ours, 0)).leaderId()).isEqualTo(3);
        assertThat(RaftEntryBatch.parse(batch).openedTerm()).isEqualTo(7);
        org.apache.kafka.common.record.internal.Record record =
                kafkaView(ours).iterator().next();
        assertThat(ControlRecordUtils.deserializeLeaderChangeMessage(record)).isEqualTo(message);
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void takesNoOffsetAndComesBackAsItWas(Type type) {
        ByteBuf value = Unpooled.wrappedBuffer(new byte[] {9, 8, 7, 6, 5});
        batch.wrap(unowned(RaftEntryBatch.build(allocator, 42, 7, 1000, type, value)), 0);

        assertThat(batch.isRaftEntry()).isTrue();
        assertThat(batch.isCrcValid()).isTrue();
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(7);
        assertThat(batch.baseOffset()).isEqualTo(42);
        assertThat(batch.offsetCount()).isZero();
        assertThat(batch.nextOffset()).isEqualTo(42);
        assertThat(batch.lastOffset()).isEqualTo(41);
        assertThat(RaftEntryBatch.parse(batch)).isEqualTo(new RaftEntryBatch(type, value));
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void kafkaCanIterateOverIt(Type type) {
        ByteBuf bytes = unowned(RaftEntryBatch.build(allocator, 42, 7, 1000, type, Unpooled.EMPTY_BUFFER));
        DefaultRecordBatch kafka = kafkaView(bytes);
        kafka.ensureValid();
        assertThat(kafka.isControlBatch()).isTrue();
        assertThat(kafka.countOrNull()).isEqualTo(1);
        assertThat(kafka.lastOffset()).isEqualTo(42);
        assertThat(kafka).singleElement().satisfies(record -> assertThat(ControlRecordType.parseTypeId(record.key()))
                .isEqualTo(type.id()));
    }

    @Test
    void aValueOfOurOwnHasATypeThatKafkaDoesNotInterpret() {
        for (Type type : Type.values()) {
            boolean known = ControlRecordType.fromTypeId(type.id()) != ControlRecordType.UNKNOWN;
            assertThat(known).as("%s", type).isEqualTo(type == Type.LEADER_CHANGE);
        }
    }

    @Test
    void carriesTheLogStartOffset() {
        batch.wrap(unowned(RaftEntryBatch.buildLogStart(allocator, 42, 7, 1000, 1L << 35)), 0);
        RaftEntryBatch entry = RaftEntryBatch.parse(batch);
        assertThat(entry.logStartOffset()).isEqualTo(1L << 35);
        assertThatThrownBy(entry::leaderId).isInstanceOf(InvalidBatchException.class);
    }

    @Test
    void neitherRecordsNorTransactionMarkersAreRaftEntries() {
        assertThat(batch.wrap(producerBatch(Compression.NONE, 1), 0).isRaftEntry())
                .isFalse();
        for (ControlRecordType outcome : new ControlRecordType[] {ControlRecordType.COMMIT, ControlRecordType.ABORT}) {
            ByteBuf marker = Unpooled.wrappedBuffer(
                    MemoryRecords.withEndTransactionMarker(5L, (short) 1, new EndTransactionMarker(outcome, 0))
                            .buffer());
            batch.wrap(marker, 0);
            assertThat(batch.isControl()).isTrue();
            assertThat(batch.isRaftEntry()).isFalse();
            assertThat(batch.nextOffset()).isEqualTo(1);
            assertNotParsed(marker);
        }
    }

    @Test
    void refusesWhatHasNotItsShape() {
        assertNotParsed(unowned(new RecordBatchBuilder(allocator)
                .control()
                .append(1, new byte[] {0, 0, 0, 2}, new byte[0])
                .append(1, new byte[] {0, 0, 0, 2}, new byte[0])
                .build()));
        assertNotParsed(entry(new byte[] {0, 0, 0}, new byte[0])); // key too short
        assertNotParsed(entry(null, new byte[0]));
        assertNotParsed(entry(new byte[] {0, 0, 0, 2}, null));
        assertNotParsed(entry(new byte[] {0, 0, 0, 99}, new byte[0])); // a type of the future
        ByteBuf damaged = entry(new byte[] {0, 0, 0, 2}, new byte[0]);
        damaged.setByte(RecordBatch.HEADER_BYTES, 2);
        assertNotParsed(damaged);
        ByteBuf shortValue = entry(new byte[] {0, 0, 3, (byte) 0xe8}, new byte[7]);
        assertThatThrownBy(RaftEntryBatch.parse(batch.wrap(shortValue, 0))::logStartOffset)
                .isInstanceOf(InvalidBatchException.class);
    }

    private ByteBuf entry(byte[] key, byte[] value) {
        return unowned(new RecordBatchBuilder(allocator)
                .control()
                .append(1, key, value)
                .build());
    }

    private void assertNotParsed(ByteBuf bytes) {
        assertThatThrownBy(() -> RaftEntryBatch.parse(batch.wrap(bytes, 0))).isInstanceOf(InvalidBatchException.class);
    }
}
