package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.NOW;
import static io.flotilla.wire.record.RecordFixtures.assertNothingLeaked;
import static io.flotilla.wire.record.RecordFixtures.countingAllocator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBatchBuilderTest {
    private final UnpooledByteBufAllocator allocator = countingAllocator();

    @AfterEach
    void nothingLeaked() {
        assertNothingLeaked(allocator);
    }

    @Test
    void attributesAreKafkas() {
        ByteBuf transactional = new RecordBatchBuilder(allocator)
                .baseOffset(9)
                .producer(1, (short) 2, 3)
                .transactional()
                .append(NOW, "k", "v")
                .build();
        assertSameBytes(transactional, kafka(TimestampType.CREATE_TIME, -1, 1, (short) 2, 3, true));

        ByteBuf stamped = new RecordBatchBuilder(allocator)
                .baseOffset(9)
                .logAppendTime(4711)
                .append(NOW, "k", "v")
                .build();
        assertSameBytes(stamped, kafka(TimestampType.LOG_APPEND_TIME, 4711, -1, (short) -1, -1, false));
    }

    @Test
    void aTransactionMarkerIsKafkas() {
        ByteBuf marker = new RecordBatchBuilder(allocator)
                .baseOffset(9)
                .partitionLeaderEpoch(4)
                .producer(1, (short) 2, -1)
                .transactional()
                .control()
                .append(NOW, new byte[] {0, 0, 0, 1}, new byte[] {0, 0, 0, 0, 0, 6})
                .build();
        assertSameBytes(
                marker,
                Unpooled.wrappedBuffer(MemoryRecords.withEndTransactionMarker(
                                9, NOW, 4, 1, (short) 2, new EndTransactionMarker(ControlRecordType.COMMIT, 6))
                        .buffer()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 58, 59, 60, 61, 62, 63, 64, 8000, 8190, 8191, 8192, 70_000, 1_100_000})
    void lengthsOfEverySizeAreReadBack(int length) {
        ByteBuf bytes = new RecordBatchBuilder(allocator)
                .append(NOW, new byte[length], new byte[length])
                .append(0, new byte[0], null)
                .append(Long.MAX_VALUE, null, new byte[0])
                .build();
        List<Record> records = Records.list(new io.flotilla.wire.record.RecordBatch().wrap(bytes, 0), 0);
        bytes.release();
        assertThat(records).extracting(Record::timestamp).containsExactly(NOW, 0L, Long.MAX_VALUE);
        assertThat(records.get(0).value().readableBytes()).isEqualTo(length);
    }

    @Test
    void appendingDoesNotConsume() {
        ByteBuf key = Unpooled.copyInt(1, 2).skipBytes(4);
        try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
            builder.append(NOW, key, key, List.of(new RecordHeader("h", key)));
            assertThat(key.readableBytes()).isEqualTo(4);
            Record record = new Record(5, NOW, key, null, List.of());
            assertThat(builder.append(record).recordCount()).isEqualTo(2);
            assertThat(builder.sizeInBytes()).isGreaterThan(61);
        }
    }

    @Test
    void misuseIsRefused() {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
            assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> builder.append(-2, "k", "v")).isInstanceOf(IllegalArgumentException.class);
            builder.append(-1, "k", "v").build().release();
            assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> builder.append(NOW, "k", "v")).isInstanceOf(IllegalStateException.class);
        }
    }

    private static ByteBuf kafka(
            TimestampType type, long logAppendTime, long id, short epoch, int sequence, boolean txn) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1000),
                RecordBatch.CURRENT_MAGIC_VALUE,
                org.apache.kafka.common.compress.Compression.NONE,
                type,
                9,
                logAppendTime,
                id,
                epoch,
                sequence,
                txn,
                false,
                -1);
        builder.append(NOW, new byte[] {'k'}, new byte[] {'v'});
        return Unpooled.wrappedBuffer(builder.build().buffer());
    }

    private static void assertSameBytes(ByteBuf ours, ByteBuf kafkas) {
        assertThat(ByteBufUtil.hexDump(ours)).isEqualTo(ByteBufUtil.hexDump(kafkas));
        ours.release();
    }
}
