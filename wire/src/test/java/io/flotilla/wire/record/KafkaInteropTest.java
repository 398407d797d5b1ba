package io.flotilla.wire.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's client writes we read, and the other way round. */
class KafkaInteropTest {
    private static final int CAP = 16 << 20;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void readsWhatKafkaWrites(Compression compression) {
        List<SimpleRecord> sent = someRecords(compression.id(), 300);
        ByteBuf bytes = kafkaBatch(compression, sent);

        RecordBatch batch = new RecordBatch().wrap(bytes, 0);

        assertThat(batch.compression()).isEqualTo(compression);
        assertThat(batch.isCrcValid()).isTrue();
        assertSame(Records.list(batch, CAP), sent, batch.baseOffset());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void writesWhatKafkaReads(Compression compression) {
        List<SimpleRecord> sent = someRecords(100 + compression.id(), 300);
        ByteBuf bytes = ourBatch(compression, sent);
        try {
            MutableRecordBatch batch = kafkaView(bytes);
            batch.ensureValid();
            assertThat(batch.sizeInBytes()).isEqualTo(bytes.readableBytes());
            assertThat(batch.compressionType().id).isEqualTo((byte) compression.id());
            List<SimpleRecord> received = new ArrayList<>();
            batch.forEach(record -> received.add(new SimpleRecord(record)));
            assertThat(received).isEqualTo(sent);
        } finally {
            bytes.release();
        }
    }

    @Test
    void uncompressedBatchesAreTheSameBytes() {
        for (int seed = 0; seed < 50; seed++) {
            List<SimpleRecord> sent = someRecords(seed, 1 + seed);
            ByteBuf ours = ourBatch(Compression.NONE, sent);
            try {
                assertThat(ByteBufUtil.hexDump(ours))
                        .isEqualTo(ByteBufUtil.hexDump(kafkaBatch(Compression.NONE, sent)));
            } finally {
                ours.release();
            }
        }
    }

    private static ByteBuf kafkaBatch(Compression compression, List<SimpleRecord> records) {
        return Unpooled.wrappedBuffer(MemoryRecords.withIdempotentRecords(
                        1234L,
                        org.apache.kafka.common.compress.Compression.of(CompressionType.forId(compression.id()))
                                .build(),
                        77L,
                        (short) 5,
                        901,
                        6,
                        records.toArray(SimpleRecord[]::new))
                .buffer());
    }

    private static ByteBuf ourBatch(Compression compression, List<SimpleRecord> records) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT)) {
            builder.compression(compression)
                    .baseOffset(1234)
                    .partitionLeaderEpoch(6)
                    .producer(77, (short) 5, 901);
            for (SimpleRecord record : records) {
                List<io.flotilla.wire.record.RecordHeader> headers = new ArrayList<>();
                for (Header header : record.headers()) {
                    headers.add(new io.flotilla.wire.record.RecordHeader(
                            header.key(), header.value() == null ? null : Unpooled.wrappedBuffer(header.value())));
                }
                builder.append(record.timestamp(), wrap(record.key()), wrap(record.value()), headers);
            }
            return builder.build();
        }
    }

    private static ByteBuf wrap(ByteBuffer bytes) {
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    private static MutableRecordBatch kafkaView(ByteBuf bytes) {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(ByteBufUtil.getBytes(bytes)));
        MutableRecordBatch batch = records.batches().iterator().next();
        assertThat(batch).isInstanceOf(DefaultRecordBatch.class);
        return batch;
    }

    private static void assertSame(List<Record> actual, List<SimpleRecord> expected, long baseOffset) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            Record ours = actual.get(i);
            SimpleRecord theirs = expected.get(i);
            assertThat(ours.offset()).isEqualTo(baseOffset + i);
            assertThat(ours.timestamp()).isEqualTo(theirs.timestamp());
            assertThat(ours.key()).isEqualTo(wrap(theirs.key()));
            assertThat(ours.value()).isEqualTo(wrap(theirs.value()));
            assertThat(ours.headers()).hasSize(theirs.headers().length);
            for (int h = 0; h < theirs.headers().length; h++) {
                Header header = theirs.headers()[h];
                assertThat(ours.headers().get(h).key()).isEqualTo(header.key());
                assertThat(ours.headers().get(h).value())
                        .isEqualTo(header.value() == null ? null : Unpooled.wrappedBuffer(header.value()));
            }
        }
    }

    /** Records with and without keys, values and headers, of all sizes, timestamps going both ways. */
    private static List<SimpleRecord> someRecords(long seed, int count) {
        Random random = new Random(seed);
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Header[] headers = new Header[random.nextInt(4) == 0 ? random.nextInt(4) : 0];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new RecordHeader("hé".repeat(random.nextInt(40)), someBytes(random));
            }
            long timestamp = 1_700_000_000_000L + random.nextInt(2_000_000_000) - 1_000_000_000;
            records.add(new SimpleRecord(timestamp, someBytes(random), someBytes(random), headers));
        }
        return records;
    }

    private static byte[] someBytes(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> new byte[random.nextInt(20_000)];
            case 3 -> "text that repeats ".repeat(random.nextInt(60)).getBytes(StandardCharsets.UTF_8);
            default -> {
                byte[] noise = new byte[random.nextInt(300)];
                random.nextBytes(noise);
                yield noise;
            }
        };
    }
}
