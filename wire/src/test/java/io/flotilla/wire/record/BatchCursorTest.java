package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.producerBatch;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.record.BatchCursor.Step;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchCursorTest {
    private final BatchCursor cursor = new BatchCursor();

    @Test
    void findsEachBatchAndThenTheEnd() {
        ByteBuf bytes = Unpooled.buffer().writeZero(5).skipBytes(5);
        int[] positions = new int[4];
        for (int i = 0; i < 4; i++) {
            positions[i] = bytes.writerIndex();
            bytes.writeBytes(producerBatch(Compression.NONE, i + 1));
        }
        cursor.wrap(bytes);
        for (int i = 0; i < 4; i++) {
            assertThat(cursor.next()).isEqualTo(Step.BATCH);
            assertThat(cursor.position()).isEqualTo(positions[i]);
            assertThat(cursor.batch().recordCount()).isEqualTo(i + 1);
        }
        assertThat(cursor.next()).isEqualTo(Step.END);
        assertThat(cursor.next()).isEqualTo(Step.END);
        assertThat(cursor.position()).isEqualTo(bytes.writerIndex());
        assertThat(cursor.wrap(Unpooled.EMPTY_BUFFER).next()).isEqualTo(Step.END);
    }

    @Test
    void aRangeThatEndsWithinABatchIsTruncatedWhereverItEnds() {
        ByteBuf bytes = Unpooled.wrappedBuffer(producerBatch(Compression.NONE, 2), producerBatch(Compression.NONE, 2));
        int half = bytes.readableBytes() / 2;
        for (int end = half + 1; end < bytes.readableBytes(); end++) {
            cursor.wrap(bytes, 0, end);
            assertThat(cursor.next()).isEqualTo(Step.BATCH);
            assertThat(cursor.next()).as("end %d", end).isEqualTo(Step.TRUNCATED);
            assertThat(cursor.next()).isEqualTo(Step.TRUNCATED);
            assertThat(cursor.position()).isEqualTo(half);
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertMalformed(RecordBatch.BATCH_LENGTH, -1, BatchFault.LENGTH_TOO_SMALL);
        assertMalformed(RecordBatch.BATCH_LENGTH, 13, BatchFault.LENGTH_TOO_SMALL);
        assertMalformed(
                RecordBatch.BATCH_LENGTH,
                RecordBatch.HEADER_BYTES - RecordBatch.SIZE_PREFIX_BYTES - 1,
                BatchFault.LENGTH_TOO_SMALL);
        assertMalformed(RecordBatch.MAGIC, 0, BatchFault.OLD_MAGIC);
        assertMalformed(RecordBatch.MAGIC, 1 << 24, BatchFault.OLD_MAGIC);
        assertMalformed(RecordBatch.MAGIC, 3 << 24, BatchFault.UNKNOWN_MAGIC);
        assertMalformed(RecordBatch.MAGIC, -1, BatchFault.UNKNOWN_MAGIC);
    }

    @Test
    void noiseNeverLeadsOutOfTheRange() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            if (noise.length > RecordBatch.MAGIC && random.nextBoolean()) {
                noise[RecordBatch.BATCH_LENGTH] = 0;
                noise[RecordBatch.BATCH_LENGTH + 1] = 0;
                noise[RecordBatch.BATCH_LENGTH + 2] = 0;
                noise[RecordBatch.MAGIC] = (byte) random.nextInt(3);
            }
            cursor.wrap(Unpooled.wrappedBuffer(noise));
            Step step = cursor.next();
            while (step == Step.BATCH) {
                assertThat(cursor.position() + cursor.batch().sizeInBytes()).isLessThanOrEqualTo(noise.length);
                step = cursor.next();
            }
            assertThat(cursor.position()).isLessThanOrEqualTo(noise.length);
        }
    }

    private void assertMalformed(int position, int value, BatchFault fault) {
        ByteBuf bytes = producerBatch(Compression.NONE, 1);
        bytes.setInt(position, value);
        assertThat(cursor.wrap(bytes).next()).isEqualTo(Step.MALFORMED);
        assertThat(cursor.fault()).isEqualTo(fault);
        assertThat(cursor.next()).isEqualTo(Step.MALFORMED);
        assertThat(cursor.position()).isZero();
    }
}
