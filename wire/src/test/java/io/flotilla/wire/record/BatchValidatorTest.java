package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.NOW;
import static io.flotilla.wire.record.RecordFixtures.countingAllocator;
import static io.flotilla.wire.record.RecordFixtures.producerBatch;
import static io.flotilla.wire.record.RecordFixtures.resealed;
import static io.flotilla.wire.record.RecordFixtures.unowned;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flotilla.wire.record.BatchCheck.Rejected;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchValidatorTest {
    private static final BatchLimits LIMITS = new BatchLimits(1 << 20, false, 1000, 1000, 1 << 20);
    private static final BatchLimits KEYS = new BatchLimits(1 << 20, true, 1000, 1000, 1 << 20);

    private final BatchValidator validator = new BatchValidator();

    @ParameterizedTest
    @EnumSource(Compression.class)
    void acceptsWhatProducersSend(Compression compression) {
        ByteBuf bytes = producerBatch(compression, 50);
        assertThat(validator.validate(bytes, LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        assertThat(validator.maxTimestamp()).isEqualTo(NOW + 49);
        assertThat(validator.validate(bytes, KEYS, NOW)).isEqualTo(BatchCheck.VALID);
        ByteBuf among =
                Unpooled.buffer().writeZero(7).writeBytes(bytes.duplicate()).skipBytes(7);
        assertThat(validator.validate(among, LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        assertThat(among.readableBytes()).isEqualTo(bytes.readableBytes());
        assertThat(bytes.refCnt()).isOne();
    }

    @Test
    void acceptsARecordWithoutTimestampOrProducer() {
        ByteBuf bytes = plain(builder -> builder.append(RecordBatch.NO_TIMESTAMP, "k", "v"));
        assertThat(validator.validate(bytes, LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        assertThat(validator.maxTimestamp()).isEqualTo(RecordBatch.NO_TIMESTAMP);
    }

    /** The structure faults that kafka-clients can judge too: the same error as Kafka 4.3 answers. */
    @Test
    void answersKafkasErrorForBrokenStructure() {
        assertLikeKafka(BatchFault.EMPTY, bytes -> bytes.writerIndex(0));
        for (int size : new int[] {1, 11, 12, 16, 17, 60, 61, 100}) {
            assertLikeKafka(BatchFault.TRUNCATED, bytes -> bytes.writerIndex(size));
        }
        assertLikeKafka(
                BatchFault.TRUNCATED, bytes -> bytes.setInt(RecordBatch.BATCH_LENGTH, bytes.readableBytes() - 11));
        assertLikeKafka(BatchFault.TRUNCATED, bytes -> bytes.setInt(RecordBatch.BATCH_LENGTH, Integer.MAX_VALUE - 12));
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 13, 48}) {
            assertLikeKafka(BatchFault.LENGTH_TOO_SMALL, bytes -> bytes.setInt(RecordBatch.BATCH_LENGTH, length));
        }
        assertLikeKafka(BatchFault.OLD_MAGIC, bytes -> bytes.setByte(RecordBatch.MAGIC, 0));
        assertLikeKafka(BatchFault.OLD_MAGIC, bytes -> bytes.setByte(RecordBatch.MAGIC, 1));
        assertLikeKafka(BatchFault.UNKNOWN_MAGIC, bytes -> bytes.setByte(RecordBatch.MAGIC, 3));
        assertLikeKafka(BatchFault.UNKNOWN_MAGIC, bytes -> bytes.setByte(RecordBatch.MAGIC, -1));
        assertLikeKafka(BatchFault.MORE_THAN_ONE_BATCH, bytes -> bytes.writeBytes(producerBatch(Compression.NONE, 1)));
        for (int at : new int[] {RecordBatch.CRC, RecordBatch.ATTRIBUTES, RecordBatch.PRODUCER_ID, 61, 99}) {
            assertLikeKafka(BatchFault.CRC_MISMATCH, bytes -> bytes.setByte(at, bytes.getByte(at) ^ 0x10));
        }
    }

    @Test
    void theLargestLengthDoesNotOverflow() {
        ByteBuf bytes = producerBatch(Compression.NONE, 2);
        bytes.setInt(RecordBatch.BATCH_LENGTH, Integer.MAX_VALUE);
        assertRejected(bytes, LIMITS, BatchFault.TRUNCATED);
    }

    @Test
    void everyCodeIsAnErrorOfKafka() {
        for (BatchFault fault : BatchFault.values()) {
            assertThat(Errors.forCode(fault.kafkaCode()).name())
                    .as("%s", fault)
                    .isIn(
                            "CORRUPT_MESSAGE",
                            "MESSAGE_TOO_LARGE",
                            "INVALID_TIMESTAMP",
                            "UNSUPPORTED_COMPRESSION_TYPE",
                            "INVALID_RECORD");
        }
    }

    @Test
    void bytesAfterTheBatchAreNotIgnored() {
        ByteBuf bytes = Unpooled.buffer().writeBytes(producerBatch(Compression.NONE, 2));
        int size = bytes.readableBytes();
        Rejected rejected = assertRejected(bytes.writeByte(0), LIMITS, BatchFault.MORE_THAN_ONE_BATCH);
        assertThat(rejected.position()).isEqualTo(size);
    }

    @Test
    void refusesAHeaderThatNoClientMaySend() {
        assertHeader(BatchFault.BASE_OFFSET_NOT_ZERO, bytes -> bytes.setLong(RecordBatch.BASE_OFFSET, 1));
        assertHeader(BatchFault.CONTROL_FROM_CLIENT, bytes -> bytes.setShort(RecordBatch.ATTRIBUTES, 0x20));
        assertHeader(BatchFault.CONTROL_FROM_CLIENT, bytes -> bytes.setShort(RecordBatch.ATTRIBUTES, 0x30));
        assertHeader(BatchFault.DELETE_HORIZON_FROM_CLIENT, bytes -> bytes.setShort(RecordBatch.ATTRIBUTES, 0x40));
        for (int id = 5; id <= 7; id++) {
            int unknown = id;
            assertHeader(BatchFault.UNKNOWN_COMPRESSION, bytes -> bytes.setShort(RecordBatch.ATTRIBUTES, unknown));
        }
        assertHeader(BatchFault.PRODUCER_FIELDS, bytes -> bytes.setShort(RecordBatch.PRODUCER_EPOCH, -1));
        assertHeader(BatchFault.PRODUCER_FIELDS, bytes -> bytes.setInt(RecordBatch.BASE_SEQUENCE, -1));
        assertHeader(BatchFault.PRODUCER_FIELDS, bytes -> {
            bytes.setLong(RecordBatch.PRODUCER_ID, -1);
            bytes.setShort(RecordBatch.ATTRIBUTES, 0x10);
        });
    }

    @Test
    void refusesCountsThatDoNotAgree() {
        assertHeader(BatchFault.COUNT_MISMATCH, bytes -> bytes.setInt(RecordBatch.LAST_OFFSET_DELTA, 5));
        assertHeader(BatchFault.COUNT_MISMATCH, bytes -> bytes.setInt(RecordBatch.RECORD_COUNT, 1));
        assertHeader(BatchFault.COUNT_MISMATCH, bytes -> bytes.setInt(RecordBatch.RECORD_COUNT, -1));
        assertHeader(BatchFault.COUNT_MISMATCH, bytes -> {
            bytes.setInt(RecordBatch.RECORD_COUNT, 0);
            bytes.setInt(RecordBatch.LAST_OFFSET_DELTA, -1);
        });
        assertHeader(BatchFault.COUNT_MISMATCH, bytes -> {
            bytes.setInt(RecordBatch.RECORD_COUNT, Integer.MIN_VALUE);
            bytes.setInt(RecordBatch.LAST_OFFSET_DELTA, Integer.MAX_VALUE);
        });
    }

    @Test
    void refusesABatchOverTheLimit() {
        ByteBuf bytes = producerBatch(Compression.ZSTD, 10);
        int size = bytes.readableBytes();
        assertThat(validator.validate(bytes, BatchLimits.ofSize(size, 0), NOW)).isEqualTo(BatchCheck.VALID);
        assertRejected(bytes, BatchLimits.ofSize(size - 1, 0), BatchFault.TOO_LARGE);
    }

    @Test
    void refusesRecordsThatContradictTheHeader() {
        assertRecord(BatchFault.MALFORMED_RECORDS, 0, bytes -> bytes.setByte(RecordBatch.HEADER_BYTES, 2));
        assertRecord(BatchFault.MALFORMED_RECORDS, 1, bytes -> {
            bytes.setInt(RecordBatch.RECORD_COUNT, 2);
            bytes.setInt(RecordBatch.LAST_OFFSET_DELTA, 1);
        });
        int offsetDeltaOfFirst = RecordBatch.HEADER_BYTES + 3;
        Rejected rejected =
                assertRecord(BatchFault.MALFORMED_RECORDS, 0, bytes -> bytes.setByte(offsetDeltaOfFirst, 2));
        assertThat(rejected.position()).isEqualTo(RecordBatch.HEADER_BYTES);
        assertThat(rejected.reason()).contains("offset delta 1");
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void compactedTopicsNeedKeys(Compression compression) {
        ByteBuf bytes = plain(
                builder -> builder.compression(compression).append(NOW, "", "v").append(NOW, (String) null, "v"));
        assertThat(validator.validate(bytes, LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        Rejected rejected = assertRejected(bytes, KEYS, BatchFault.KEY_MISSING);
        assertThat(rejected.recordIndex()).isEqualTo(1);
    }

    @Test
    void whereKeysAreLookedForCompressedRecordsAreJudgedToo() {
        ByteBuf bomb =
                plain(builder -> builder.compression(Compression.ZSTD).append(NOW, new byte[1], new byte[5 << 20]));
        assertThat(validator.validate(bomb, BatchLimits.ofSize(1 << 20, 1 << 20), NOW))
                .isEqualTo(BatchCheck.VALID);
        assertRejected(bomb, KEYS, BatchFault.DECOMPRESSED_TOO_LARGE);

        ByteBuf noise = producerBatch(Compression.LZ4, 10);
        noise.setInt(RecordBatch.HEADER_BYTES, 0);
        assertRejected(resealed(noise), KEYS, BatchFault.DECOMPRESSION_FAILED);

        ByteBuf miscounted = producerBatch(Compression.GZIP, 10);
        miscounted.setInt(RecordBatch.RECORD_COUNT, 9);
        miscounted.setInt(RecordBatch.LAST_OFFSET_DELTA, 8);
        assertRejected(resealed(miscounted), KEYS, BatchFault.MALFORMED_RECORDS);
    }

    @Test
    void timestampsMustBeNearNowAndTheProducers() {
        for (long bad : new long[] {NOW - 1001, NOW + 1001, 0, Long.MAX_VALUE}) {
            ByteBuf first = plain(builder -> builder.append(bad, "k", "v").append(NOW, "k", "v"));
            assertThat(assertRejected(first, LIMITS, BatchFault.INVALID_TIMESTAMP)
                            .recordIndex())
                    .isZero();
            ByteBuf second = plain(builder -> builder.append(NOW, "k", "v").append(bad, "k", "v"));
            assertRejected(second, LIMITS, BatchFault.INVALID_TIMESTAMP);
            assertThat(validator.validate(second, BatchLimits.ofSize(1000, 0), NOW))
                    .isEqualTo(BatchCheck.VALID);
        }
        for (long good : new long[] {NOW - 1000, NOW + 1000}) {
            ByteBuf bytes = plain(builder -> builder.append(good, "k", "v"));
            assertThat(validator.validate(bytes, LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        }
        assertHeader(BatchFault.INVALID_TIMESTAMP, bytes -> bytes.setShort(RecordBatch.ATTRIBUTES, 8));
        assertHeader(BatchFault.INVALID_TIMESTAMP, bytes -> bytes.setLong(RecordBatch.BASE_TIMESTAMP, -2));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void everyRecordWithABadTimeIsTold(Compression compression) {
        BatchLimits future = new BatchLimits(1 << 20, false, Long.MAX_VALUE, 1000, 1 << 20);
        ByteBuf bytes = plain(builder -> builder.compression(compression)
                .append(NOW, "k", "v")
                .append(NOW + 1001, "k", "v")
                .append(NOW + 1000, "k", "v")
                .append(NOW + 5000, "k", "v"));
        for (BatchLimits limits : List.of(LIMITS, future)) {
            Rejected rejected = assertRejected(bytes, limits, BatchFault.INVALID_TIMESTAMP);
            assertThat(rejected.records())
                    .extracting(BatchCheck.RecordFault::index)
                    .containsExactly(1, 3);
            assertThat(rejected.reason()).contains("record 1", "and 1 more");
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aStatedMaximumThatIsWrongIsPutRight(Compression compression) {
        ByteBuf bytes = producerBatch(compression, 3);
        bytes.setLong(RecordBatch.MAX_TIMESTAMP, NOW + 100_000);
        assertThat(validator.validate(resealed(bytes), LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        assertThat(validator.maxTimestamp()).isEqualTo(NOW + 2);
    }

    @Test
    void theRealMaximumTimestampIsFound() {
        ByteBuf bytes = producerBatch(Compression.NONE, 5);
        bytes.setLong(RecordBatch.MAX_TIMESTAMP, NOW - 5);
        assertThat(validator.validate(resealed(bytes), LIMITS, NOW)).isEqualTo(BatchCheck.VALID);
        assertThat(validator.maxTimestamp()).isEqualTo(NOW + 4);
    }

    @Test
    void noiseIsJudgedAndNothingElse() {
        Random random = new Random(23);
        for (int round = 0; round < 30_000; round++) {
            byte[] noise = new byte[random.nextInt(150)];
            random.nextBytes(noise);
            ByteBuf bytes = Unpooled.wrappedBuffer(noise);
            if (noise.length >= RecordBatch.HEADER_BYTES) {
                bytes.setInt(RecordBatch.BATCH_LENGTH, noise.length - RecordBatch.SIZE_PREFIX_BYTES);
                bytes.setByte(RecordBatch.MAGIC, RecordBatch.MAGIC_V2);
                resealed(bytes);
            }
            assertThat(validator.validate(bytes, KEYS, NOW)).isInstanceOf(Rejected.class);
        }
    }

    /** Damage behind a good CRC, as a hostile or broken client would send it. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void sealedDamageIsJudgedAndWhatIsAcceptedCanBeRead(Compression compression) {
        byte[] good = ByteBufUtil.getBytes(producerBatch(compression, 8));
        Random random = new Random(compression.id());
        int accepted = 0;
        for (int round = 0; round < 5_000; round++) {
            ByteBuf bytes = Unpooled.wrappedBuffer(good.clone());
            for (int hit = random.nextInt(3); hit >= 0; hit--) {
                int at = RecordBatch.ATTRIBUTES + random.nextInt(good.length - RecordBatch.ATTRIBUTES);
                bytes.setByte(at, bytes.getByte(at) ^ 1 << random.nextInt(8));
            }
            resealed(bytes);
            if (validator.validate(bytes, KEYS, NOW) == BatchCheck.VALID) {
                accepted++;
                RecordBatch batch = new RecordBatch().wrap(bytes, 0);
                assertThat(Records.list(batch, 1 << 20)).hasSize(8);
                RecordFixtures.kafkaView(bytes)
                        .forEach(record -> assertThat(record.hasKey()).isTrue());
            }
        }
        assertThat(accepted).isBetween(1, 4_999);
    }

    @Test
    void aGoodBatchCostsNoAllocation() {
        ByteBuf bytes = producerBatch(Compression.NONE, 20);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        validateTimes(1000, bytes);
        long before = threads.getCurrentThreadAllocatedBytes();
        validateTimes(1000, bytes);
        long bytesPerBatch = (threads.getCurrentThreadAllocatedBytes() - before) / 1000;
        assertThat(bytesPerBatch).isZero();
    }

    private void validateTimes(int times, ByteBuf bytes) {
        for (int i = 0; i < times; i++) {
            if (validator.validate(bytes, LIMITS, NOW) != BatchCheck.VALID) {
                throw new AssertionError("a good batch was refused");
            }
        }
    }

    private static ByteBuf plain(Consumer<RecordBatchBuilder> records) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(countingAllocator())) {
            records.accept(builder);
            return unowned(builder.build());
        }
    }

    private void assertLikeKafka(BatchFault fault, Consumer<ByteBuf> damage) {
        ByteBuf bytes = Unpooled.buffer().writeBytes(producerBatch(Compression.NONE, 2));
        damage.accept(bytes);
        assertRejected(bytes, LIMITS, fault);
        assertThat(Errors.forCode(fault.kafkaCode())).as("%s", fault).isEqualTo(kafkasAnswer(bytes));
    }

    private static Errors kafkasAnswer(ByteBuf bytes) {
        try {
            MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(ByteBufUtil.getBytes(bytes)));
            ProduceRequest.validateRecords((short) 12, records);
            records.batches().forEach(MutableRecordBatch::ensureValid);
            return Errors.NONE;
        } catch (ApiException e) {
            return Errors.forException(e);
        }
    }

    private void assertHeader(BatchFault fault, Consumer<ByteBuf> damage) {
        ByteBuf bytes = producerBatch(Compression.NONE, 2);
        damage.accept(bytes);
        assertRejected(resealed(bytes), LIMITS, fault);
    }

    private Rejected assertRecord(BatchFault fault, int recordIndex, Consumer<ByteBuf> damage) {
        ByteBuf bytes = producerBatch(Compression.NONE, 3);
        damage.accept(bytes);
        Rejected rejected = assertRejected(resealed(bytes), LIMITS, fault);
        assertThat(rejected.recordIndex()).isEqualTo(recordIndex);
        return rejected;
    }

    private Rejected assertRejected(ByteBuf bytes, BatchLimits limits, BatchFault fault) {
        BatchCheck check = validator.validate(bytes, limits, NOW);
        assertThat(check).isInstanceOf(Rejected.class);
        Rejected rejected = (Rejected) check;
        assertThat(rejected.fault()).as(rejected.reason()).isEqualTo(fault);
        assertThat(rejected.reason()).isNotEmpty();
        assertThat(rejected.position()).isNotNegative();
        return rejected;
    }
}
