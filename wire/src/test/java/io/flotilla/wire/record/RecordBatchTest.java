package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.kafkaView;
import static io.flotilla.wire.record.RecordFixtures.producerBatch;
import static io.flotilla.wire.record.RecordFixtures.resealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
    private final RecordBatch batch = new RecordBatch();

    @Test
    void everyFieldIsWhatKafkaReads() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            ByteBuf bytes = headerOfNoise(random);
            batch.wrap(bytes, 0);
            DefaultRecordBatch kafka = kafkaView(bytes);

            assertThat(batch.baseOffset()).isEqualTo(kafka.baseOffset());
            assertThat(batch.sizeInBytes()).isEqualTo(kafka.sizeInBytes());
            assertThat(batch.partitionLeaderEpoch()).isEqualTo(kafka.partitionLeaderEpoch());
            assertThat(batch.magic()).isEqualTo(kafka.magic());
            assertThat(batch.crc()).isEqualTo(kafka.checksum());
            assertThat(batch.isCrcValid()).isEqualTo(kafka.isValid());
            assertThat(batch.isTransactional()).isEqualTo(kafka.isTransactional());
            assertThat(batch.isControl()).isEqualTo(kafka.isControlBatch());
            assertThat(batch.hasDeleteHorizon())
                    .isEqualTo(kafka.deleteHorizonMs().isPresent());
            assertThat(batch.deleteHorizon()).isEqualTo(kafka.deleteHorizonMs().orElse(-1));
            assertThat(batch.timestampType().name())
                    .isEqualTo(kafka.timestampType().name());
            assertThat(batch.baseTimestamp()).isEqualTo(kafka.baseTimestamp());
            assertThat(batch.maxTimestamp()).isEqualTo(kafka.maxTimestamp());
            assertThat(batch.producerId()).isEqualTo(kafka.producerId());
            assertThat(batch.hasProducerId()).isEqualTo(kafka.hasProducerId());
            assertThat(batch.producerEpoch()).isEqualTo(kafka.producerEpoch());
            assertThat(batch.baseSequence()).isEqualTo(kafka.baseSequence());
            assertThat(batch.lastSequence()).isEqualTo(kafka.lastSequence());
            assertThat(batch.recordCount()).isEqualTo(kafka.countOrNull());
            if (!batch.isRaftEntry()) {
                assertThat(batch.lastOffset()).isEqualTo(kafka.lastOffset());
                assertThat(batch.nextOffset()).isEqualTo(kafka.nextOffset());
            }
        }
    }

    @Test
    void readsWhereItIsTold() {
        ByteBuf alone = producerBatch(Compression.NONE, 3);
        ByteBuf among =
                Unpooled.buffer().writeZero(17).writeBytes(alone.duplicate()).writeZero(9);
        batch.wrap(among.skipBytes(5), 17);
        assertThat(batch.position()).isEqualTo(17);
        assertThat(batch.isCrcValid()).isTrue();
        assertThat(batch.sizeInBytes()).isEqualTo(alone.readableBytes());
        assertThat(batch.recordsPosition() + batch.recordsSizeInBytes()).isEqualTo(17 + alone.readableBytes());
        assertThat(Records.list(batch, 0)).hasSize(3);
    }

    @Test
    void aHeaderAloneIsEnoughForItsFields() {
        batch.wrap(producerBatch(Compression.ZSTD, 10).slice(0, RecordBatch.HEADER_BYTES), 0);
        assertThat(batch.nextOffset()).isEqualTo(10);
        assertThat(batch.producerId()).isEqualTo(77);
        assertThat(batch.toString()).contains("count=10", "producer=77/5/901");
        assertThat(new RecordBatch().toString()).isNotEmpty();
    }

    @Test
    void theBrokersFieldsAreNotUnderTheCrc() {
        batch.wrap(producerBatch(Compression.LZ4, 4), 0);
        batch.setBaseOffset(1L << 40);
        batch.setPartitionLeaderEpoch(12);
        assertThat(batch.isCrcValid()).isTrue();
        assertThat(batch.baseOffset()).isEqualTo(1L << 40);
        assertThat(batch.nextOffset()).isEqualTo((1L << 40) + 4);
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(12);
    }

    @Test
    void everyOtherBitIsUnderTheCrc() {
        ByteBuf bytes = producerBatch(Compression.NONE, 2);
        batch.wrap(bytes, 0);
        for (int at = RecordBatch.CRC; at < bytes.readableBytes(); at++) {
            for (int bit = 1; bit < 256; bit <<= 1) {
                bytes.setByte(at, bytes.getByte(at) ^ bit);
                assertThat(batch.isCrcValid()).isFalse();
                bytes.setByte(at, bytes.getByte(at) ^ bit);
            }
        }
        assertThat(batch.isCrcValid()).isTrue();
    }

    @Test
    void theCrcIsTheSameInEveryKindOfBuffer() {
        ByteBuf heap = producerBatch(Compression.NONE, 20);
        ByteBuf direct = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(heap.duplicate());
        ByteBuf pooledHeap = PooledByteBufAllocator.DEFAULT
                .heapBuffer()
                .writeZero(3)
                .writeBytes(heap.duplicate())
                .skipBytes(3);
        ByteBuf pieces = Unpooled.wrappedBuffer(
                direct.retainedSlice(0, 30), pooledHeap.retainedSlice(3 + 30, heap.readableBytes() - 30));
        try {
            assertThat(batch.wrap(direct, 0).isCrcValid()).isTrue();
            assertThat(batch.wrap(pooledHeap, 3).isCrcValid()).isTrue();
            assertThat(pieces.nioBufferCount()).isEqualTo(2);
            assertThat(batch.wrap(pieces, 0).isCrcValid()).isTrue();
        } finally {
            pieces.release();
            pooledHeap.release();
            direct.release();
        }
    }

    @Test
    void aLengthThatLiesCannotReachOtherMemory() {
        ByteBuf bytes = producerBatch(Compression.NONE, 2);
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, bytes.readableBytes(), Integer.MAX_VALUE}) {
            bytes.setInt(RecordBatch.BATCH_LENGTH, length);
            assertThatThrownBy(batch.wrap(bytes, 0)::computeCrc)
                    .as("length %d", length)
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void sequencesGoOnWithZeroAfterTheLargest() {
        assertThat(RecordBatch.addToSequence(Integer.MAX_VALUE, 0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(RecordBatch.addToSequence(Integer.MAX_VALUE, 1)).isZero();
        assertThat(RecordBatch.addToSequence(Integer.MAX_VALUE - 1, 5)).isEqualTo(3);
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            int sequence = random.nextInt() >>> 1;
            int increment = random.nextInt() >>> 1;
            assertThat(RecordBatch.addToSequence(sequence, increment))
                    .isEqualTo(DefaultRecordBatch.incrementSequence(sequence, increment));
        }
    }

    @Test
    void stampsTimestampsAsKafkaDoes() {
        for (TimestampType type : TimestampType.values()) {
            ByteBuf ours = producerBatch(Compression.GZIP, 5);
            DefaultRecordBatch kafka = kafkaView(ours);
            kafka.setMaxTimestamp(org.apache.kafka.common.record.TimestampType.valueOf(type.name()), 4711);
            batch.wrap(ours, 0).setMaxTimestamp(type, 4711);

            assertThat(batch.isCrcValid()).isTrue();
            assertThat(batch.crc()).isEqualTo(kafka.checksum());
            assertThat(batch.timestampType()).isEqualTo(type);
            assertThat(batch.maxTimestamp()).isEqualTo(4711);
            assertThat(batch.compression()).isEqualTo(Compression.GZIP);
        }
    }

    @Test
    void withLogAppendTimeAllRecordsHaveTheBatchsTimestamp() {
        batch.wrap(producerBatch(Compression.NONE, 5), 0).setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 4711);
        assertThat(Records.list(batch, 0)).extracting(Record::timestamp).containsOnly(4711L);
        kafkaView(batch.buffer())
                .forEach(record -> assertThat(record.timestamp()).isEqualTo(4711));
    }

    @Test
    void anUnknownCompressionIsSaid() {
        ByteBuf bytes = producerBatch(Compression.NONE, 1);
        bytes.setShort(RecordBatch.ATTRIBUTES, 6);
        assertThatThrownBy(batch.wrap(resealed(bytes), 0)::compression)
                .isInstanceOfSatisfying(InvalidBatchException.class, e -> assertThat(e.fault())
                        .isEqualTo(BatchFault.UNKNOWN_COMPRESSION));
    }

    /** A header of random fields that Kafka can still be asked about. */
    private static ByteBuf headerOfNoise(Random random) {
        byte[] noise = new byte[RecordBatch.HEADER_BYTES + random.nextInt(40)];
        random.nextBytes(noise);
        ByteBuf bytes = Unpooled.wrappedBuffer(noise);
        bytes.setLong(RecordBatch.BASE_OFFSET, random.nextLong() >>> 2);
        bytes.setInt(RecordBatch.BATCH_LENGTH, noise.length - RecordBatch.SIZE_PREFIX_BYTES);
        bytes.setByte(RecordBatch.MAGIC, RecordBatch.MAGIC_V2);
        bytes.setInt(RecordBatch.LAST_OFFSET_DELTA, random.nextInt() >>> 1);
        bytes.setInt(RecordBatch.BASE_SEQUENCE, random.nextBoolean() ? -1 : random.nextInt() >>> 1);
        if (random.nextBoolean()) {
            resealed(bytes);
        }
        assertThat(ByteBufUtil.getBytes(bytes)).hasSize(noise.length);
        return bytes;
    }
}
