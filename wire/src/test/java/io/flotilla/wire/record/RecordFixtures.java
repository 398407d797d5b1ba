package io.flotilla.wire.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What the tests of this package build their cases from. */
final class RecordFixtures {
    static final long NOW = 1_700_000_000_000L;

    private RecordFixtures() {}

    /**
     * Counts what is not released. Netty's paranoid leak detector would say so too, but it notes a stack trace at each of
     * the millions of reads that these tests do.
     */
    static UnpooledByteBufAllocator countingAllocator() {
        return new UnpooledByteBufAllocator(false, true);
    }

    static void assertNothingLeaked(UnpooledByteBufAllocator allocator) {
        assertThat(allocator.metric().usedHeapMemory()).as("heap bytes held").isZero();
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct bytes held")
                .isZero();
    }

    /** A batch on the heap that needs no release. */
    static ByteBuf unowned(ByteBuf batch) {
        ByteBuf copy = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(batch));
        batch.release();
        return copy;
    }

    /** A batch as an idempotent producer sends it. */
    static ByteBuf producerBatch(Compression compression, int count) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(countingAllocator())) {
            builder.compression(compression).producer(77, (short) 5, 901);
            for (int i = 0; i < count; i++) {
                builder.append(
                        NOW + i,
                        wrap(("key" + i).getBytes(StandardCharsets.UTF_8)),
                        wrap("some value of a record ".repeat(i % 7).getBytes(StandardCharsets.UTF_8)),
                        i % 3 == 0
                                ? List.of(RecordHeader.of("trace", "t" + i), new RecordHeader("", null))
                                : List.of());
            }
            return unowned(builder.build());
        }
    }

    /** Makes the CRC that of the bytes again, after a test has changed some. */
    static ByteBuf resealed(ByteBuf batch) {
        new RecordBatch().wrap(batch, batch.readerIndex()).writeCrc();
        return batch;
    }

    static DefaultRecordBatch kafkaView(ByteBuf bytes) {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(ByteBufUtil.getBytes(bytes)));
        return (DefaultRecordBatch) records.batches().iterator().next();
    }

    static ByteBuf wrap(ByteBuffer bytes) {
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    static ByteBuf wrap(byte[] bytes) {
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    /** Records with and without keys, values and headers, of all sizes, timestamps going both ways. */
    static List<SimpleRecord> someRecords(long seed, int count) {
        Random random = new Random(seed);
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Header[] headers = new Header[random.nextInt(4) == 0 ? random.nextInt(4) : 0];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new org.apache.kafka.common.header.internals.RecordHeader(
                        "hé".repeat(random.nextInt(40)), someBytes(random));
            }
            long timestamp = NOW + random.nextInt(2_000_000_000) - 1_000_000_000;
            records.add(new SimpleRecord(timestamp, someBytes(random), someBytes(random), headers));
        }
        return records;
    }

    static List<RecordHeader> ourHeaders(SimpleRecord record) {
        List<RecordHeader> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new RecordHeader(header.key(), wrap(header.value())));
        }
        return headers;
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
