package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.assertNothingLeaked;
import static io.flotilla.wire.record.RecordFixtures.countingAllocator;
import static io.flotilla.wire.record.RecordFixtures.kafkaView;
import static io.flotilla.wire.record.RecordFixtures.ourHeaders;
import static io.flotilla.wire.record.RecordFixtures.someRecords;
import static io.flotilla.wire.record.RecordFixtures.wrap;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's client writes we read, and the other way round. */
class KafkaInteropTest {
    private static final int CAP = 64 << 20;

    private final UnpooledByteBufAllocator allocator = countingAllocator();

    @AfterEach
    void nothingLeaked() {
        assertNothingLeaked(allocator);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void readsWhatKafkaWrites(Compression compression) {
        for (int count : new int[] {1, 30, 1000}) {
            List<SimpleRecord> sent = someRecords(compression.id(), count);
            RecordBatch batch = new RecordBatch().wrap(kafkaBatch(compression, sent), 0);

            assertThat(batch.compression()).isEqualTo(compression);
            assertThat(batch.isCrcValid()).isTrue();
            assertSame(Records.list(batch, CAP), sent, batch.baseOffset());
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void writesWhatKafkaReads(Compression compression) {
        for (int count : new int[] {1, 30, 1000}) {
            List<SimpleRecord> sent = someRecords(100 + compression.id(), count);
            ByteBuf bytes = ourBatch(compression, sent);

            MutableRecordBatch batch = kafkaView(bytes);

            batch.ensureValid();
            assertThat(batch.sizeInBytes()).isEqualTo(bytes.readableBytes());
            assertThat(batch.compressionType().id).isEqualTo((byte) compression.id());
            List<SimpleRecord> received = new ArrayList<>();
            batch.forEach(record -> received.add(new SimpleRecord(record)));
            assertThat(received).isEqualTo(sent);
            bytes.release();
        }
    }

    @Test
    void uncompressedBatchesAreTheSameBytes() {
        for (int seed = 0; seed < 50; seed++) {
            List<SimpleRecord> sent = someRecords(seed, 1 + seed);
            ByteBuf ours = ourBatch(Compression.NONE, sent);
            assertThat(ByteBufUtil.hexDump(ours)).isEqualTo(ByteBufUtil.hexDump(kafkaBatch(Compression.NONE, sent)));
            ours.release();
        }
    }

    private static ByteBuf kafkaBatch(Compression compression, List<SimpleRecord> records) {
        var codec = org.apache.kafka.common.compress.Compression.of(CompressionType.forId(compression.id()))
                .build();
        SimpleRecord[] array = records.toArray(SimpleRecord[]::new);
        return Unpooled.wrappedBuffer(MemoryRecords.withIdempotentRecords(1234L, codec, 77L, (short) 5, 901, 6, array)
                .buffer());
    }

    private ByteBuf ourBatch(Compression compression, List<SimpleRecord> records) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
            builder.compression(compression)
                    .baseOffset(1234)
                    .partitionLeaderEpoch(6)
                    .producer(77, (short) 5, 901);
            for (SimpleRecord record : records) {
                builder.append(record.timestamp(), wrap(record.key()), wrap(record.value()), ourHeaders(record));
            }
            return builder.build();
        }
    }

    private static void assertSame(List<Record> actual, List<SimpleRecord> expected, long baseOffset) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            SimpleRecord theirs = expected.get(i);
            assertThat(actual.get(i))
                    .isEqualTo(new Record(
                            baseOffset + i,
                            theirs.timestamp(),
                            wrap(theirs.key()),
                            wrap(theirs.value()),
                            ourHeaders(theirs)));
        }
    }
}
