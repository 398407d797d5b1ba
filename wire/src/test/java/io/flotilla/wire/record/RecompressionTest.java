package io.flotilla.wire.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecompressionTest {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private static ByteBuf batch(Compression compression) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(ALLOCATOR)) {
            return builder.compression(compression)
                    .producer(7, (short) 3, 11)
                    .append(1000, "a", "first".repeat(50))
                    .append(999, null, (String) null)
                    .build();
        }
    }

    /** The fields that must stay, as text. */
    private static String identity(RecordBatch batch) {
        return "%d/%d/%d %d..%d %d records"
                .formatted(
                        batch.producerId(),
                        batch.producerEpoch(),
                        batch.baseSequence(),
                        batch.baseTimestamp(),
                        batch.maxTimestamp(),
                        batch.recordCount());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void changesTheCompressionAndNothingElse(Compression from) {
        RecordBatch before = new RecordBatch().wrap(batch(from), 0);
        for (Compression to : Compression.values()) {
            ByteBuf bytes = Recompression.recompress(ALLOCATOR, before, to, 1 << 20);
            RecordBatch after = new RecordBatch().wrap(bytes, 0);
            assertThat(after.isCrcValid()).isTrue();
            assertThat(after.sizeInBytes()).isEqualTo(bytes.readableBytes());
            assertThat(after.compression()).isEqualTo(to);
            assertThat(identity(after)).isEqualTo(identity(before));
            assertThat(Records.list(after, 1 << 20)).isEqualTo(Records.list(before, 1 << 20));
            bytes.release();
        }
    }

    @Test
    void refusesWhatUnfoldsTooFar() {
        RecordBatch batch = new RecordBatch().wrap(batch(Compression.ZSTD), 0);
        assertThatThrownBy(() -> Recompression.recompress(ALLOCATOR, batch, Compression.LZ4, 100))
                .isInstanceOfSatisfying(InvalidBatchException.class, e -> assertThat(e.fault())
                        .isEqualTo(BatchFault.DECOMPRESSED_TOO_LARGE));
    }
}
