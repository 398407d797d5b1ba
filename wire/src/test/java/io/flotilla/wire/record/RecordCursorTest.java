package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.NOW;
import static io.flotilla.wire.record.RecordFixtures.countingAllocator;
import static io.flotilla.wire.record.RecordFixtures.producerBatch;
import static io.flotilla.wire.record.RecordFixtures.unowned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.wire.record.RecordCursor.Step;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordCursorTest {
    private final RecordBatch batch = new RecordBatch();
    private final RecordCursor cursor = new RecordCursor();

    @Test
    void walksRecordsWhereTheyLie() {
        ByteBuf bytes = producerBatch(Compression.NONE, 4);
        batch.wrap(bytes, 0).setBaseOffset(100);
        cursor.wrap(batch);
        for (int i = 0; i < 4; i++) {
            assertThat(cursor.next()).isEqualTo(Step.RECORD);
            assertThat(cursor.index()).isEqualTo(i);
            assertThat(cursor.offset()).isEqualTo(100 + i);
            assertThat(cursor.offsetDelta()).isEqualTo(i);
            assertThat(cursor.timestamp()).isEqualTo(NOW + i);
            assertThat(cursor.keyLength()).isEqualTo(4);
            assertThat(cursor.headerCount()).isEqualTo(i % 3 == 0 ? 2 : 0);
            assertThat(cursor.headers()).hasSize(cursor.headerCount());
        }
        assertThat(cursor.next()).isEqualTo(Step.END);
        assertThat(cursor.next()).isEqualTo(Step.END);
        assertThat(cursor.position()).isEqualTo(bytes.writerIndex());
    }

    @Test
    void viewsShareTheBytesOfTheBatch() {
        ByteBuf bytes = unowned(new RecordBatchBuilder(countingAllocator())
                .append(NOW, "key", "value")
                .build());
        cursor.wrap(batch.wrap(bytes, 0)).next();
        ByteBuf value = cursor.value();
        bytes.setByte(bytes.writerIndex() - 2, 'E');
        assertThat(value.toString(StandardCharsets.UTF_8)).isEqualTo("valuE");
    }

    @Test
    void nullIsNotEmpty() {
        ByteBuf bytes = unowned(new RecordBatchBuilder(countingAllocator())
                .append(NOW, (String) null, "")
                .append(NOW, "", null)
                .build());
        cursor.wrap(batch.wrap(bytes, 0));
        cursor.next();
        assertThat(cursor.hasKey()).isFalse();
        assertThat(cursor.key()).isNull();
        assertThat(cursor.keyLength()).isEqualTo(-1);
        assertThat(cursor.hasValue()).isTrue();
        assertThat(cursor.value()).isEqualTo(Unpooled.EMPTY_BUFFER);
        cursor.next();
        assertThat(cursor.hasKey()).isTrue();
        assertThat(cursor.hasValue()).isFalse();
        assertThat(cursor.record().keyText()).isEmpty();
        assertThat(cursor.record().valueText()).isNull();
        assertThat(cursor.record().detached()).isEqualTo(cursor.record());
    }

    @Test
    void contradictionsEndTheWalk() {
        assertMalformed(bytes -> {}, 3, 2); // one record more than there is
        assertMalformed(bytes -> {}, 1, 1); // one less: bytes left
        assertMalformed(bytes -> {}, -1, 0); // bytes left without any record
        int first = RecordBatch.HEADER_BYTES;
        assertMalformed(bytes -> bytes.setByte(first, 0), 2, 0); // a record of no bytes
        assertMalformed(bytes -> bytes.setByte(first, 1), 2, 0); // of -1 bytes
        assertMalformed(bytes -> bytes.setByte(first, bytes.getByte(first) + 2), 2, 0); // one byte longer
        assertMalformed(bytes -> bytes.setByte(first, bytes.getByte(first) - 2), 2, 0); // one byte shorter
        assertMalformed(bytes -> bytes.setByte(first + 4, 126), 2, 0); // key beyond the record
        assertMalformed(bytes -> bytes.setInt(first, -1), 2, 0); // a number that does not end
    }

    @Test
    void aNegativeLengthMeansNullAndANegativeHeaderCountNothing() {
        ByteBuf bytes = unowned(
                new RecordBatchBuilder(countingAllocator()).append(NOW, "", "").build());
        int keyLength = RecordBatch.HEADER_BYTES + 4;
        bytes.setByte(keyLength, 3); // zig-zag -2
        assertThat(cursor.wrap(batch.wrap(bytes, 0)).next()).isEqualTo(Step.RECORD);
        assertThat(cursor.hasKey()).isFalse();
        bytes.setByte(keyLength + 2, 1);
        assertThat(cursor.wrap(batch.wrap(bytes, 0)).next()).isEqualTo(Step.MALFORMED);
    }

    @Test
    void noiseNeverLeadsOutOfTheRecords() {
        Random random = new Random(5);
        for (int round = 0; round < 50_000; round++) {
            ByteBuf bytes = producerBatch(Compression.NONE, 3);
            for (int hit = random.nextInt(4); hit >= 0; hit--) {
                int at = RecordBatch.HEADER_BYTES + random.nextInt(bytes.readableBytes() - RecordBatch.HEADER_BYTES);
                bytes.setByte(at, random.nextInt());
            }
            cursor.wrap(batch.wrap(bytes, 0));
            int found = 0;
            while (cursor.next() == Step.RECORD) {
                assertThat(cursor.record().headers()).hasSize(cursor.headerCount());
                found++;
            }
            assertThat(found).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void readersOfDamagedRecordsAreTold() {
        batch.wrap(producerBatch(Compression.NONE, 2), 0);
        batch.buffer().setInt(RecordBatch.RECORD_COUNT, 1);
        assertThatThrownBy(() -> Records.list(batch, 0))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.fault()).isEqualTo(BatchFault.MALFORMED_RECORDS))
                .hasMessageContaining("bytes left");
    }

    private interface Damage {
        void to(ByteBuf bytes);
    }

    private void assertMalformed(Damage damage, int recordCount, int goodRecords) {
        ByteBuf bytes = unowned(new RecordBatchBuilder(countingAllocator())
                .append(NOW, "key", "value")
                .append(NOW + 1, "key", "value")
                .build());
        bytes.setInt(RecordBatch.RECORD_COUNT, recordCount);
        damage.to(bytes);
        cursor.wrap(batch.wrap(bytes, 0));
        for (int i = 0; i < goodRecords; i++) {
            assertThat(cursor.next()).isEqualTo(Step.RECORD);
        }
        assertThat(cursor.next()).isEqualTo(Step.MALFORMED);
        assertThat(cursor.problem()).isNotEmpty();
        assertThat(cursor.next()).isEqualTo(Step.MALFORMED);
        assertThat(List.of(cursor.wrap(batch.wrap(producerBatch(Compression.NONE, 1), 0))
                        .next()))
                .as("the cursor can be used again")
                .containsExactly(Step.RECORD);
    }
}
