package io.flotilla.wire.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What compaction leaves of batches, as our views and Kafka's own classes read it. */
class CompactedBatchTest {
    private static ByteBuf batch(Compression compression) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
            ByteBuf batch = builder.compression(compression)
                    .producer(7, (short) 3, Integer.MAX_VALUE - 1)
                    .append(1000, "a", "first".repeat(30))
                    .append(3000, "b", "second")
                    .append(2000, "c", (String) null)
                    .append(1500, "d", "fourth")
                    .build();
            RecordBatch view = new RecordBatch().wrap(batch, 0);
            view.setBaseOffset(100);
            view.setPartitionLeaderEpoch(5);
            return batch;
        }
    }

    private static RecordBatch keep(ByteBuf batch, long horizon, int... records) {
        BitSet kept = new BitSet();
        for (int record : records) {
            kept.set(record);
        }
        RecordBatch view = new RecordBatch().wrap(batch, 0);
        ByteBuf body = view.compression() == Compression.NONE
                ? null
                : view.compression().decompress(batch, view.recordsPosition(), view.recordsSizeInBytes(), 1 << 20);
        ByteBuf out = Unpooled.buffer().writeZero(3);
        KeptRecords.write(view, body, kept, horizon, out);
        assertThat(out.readableBytes() - 3)
                .isEqualTo(new RecordBatch().wrap(out, 3).sizeInBytes());
        return new RecordBatch().wrap(out, 3);
    }

    private static MutableRecordBatch kafkas(RecordBatch batch) {
        byte[] bytes = ByteBufUtil.getBytes(batch.buffer(), batch.position(), batch.sizeInBytes());
        MutableRecordBatch read = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes))
                .batches()
                .iterator()
                .next();
        read.ensureValid();
        return read;
    }

    private static List<String> records(RecordBatch batch) {
        List<String> ours = new ArrayList<>();
        Records.forEach(
                batch,
                1 << 20,
                record -> ours.add(record.offset() + "@" + record.timestamp() + " " + record.keyText() + "="
                        + record.valueText()));
        List<String> theirs = new ArrayList<>();
        kafkas(batch)
                .forEach(record -> theirs.add(record.offset() + "@" + record.timestamp() + " "
                        + Utils.utf8(record.key()) + "="
                        + (record.hasValue() ? Utils.utf8(record.value()) : null)));
        assertThat(theirs).isEqualTo(ours);
        return ours;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void someRecordsStayInTheirPlaces(Compression compression) {
        RecordBatch kept = keep(batch(compression), RecordBatch.NO_TIMESTAMP, 2, 3);
        assertThat(records(kept)).containsExactly("102@2000 c=null", "103@1500 d=fourth");
        assertThat(kept.isCrcValid()).isTrue();
        assertThat(kept.isCompacted()).isTrue();
        assertThat(kept.compression()).isEqualTo(compression);
        assertThat(kept.baseOffset()).isEqualTo(100);
        assertThat(kept.nextOffset()).isEqualTo(104);
        assertThat(kept.partitionLeaderEpoch()).isEqualTo(5);
        assertThat(kept.producerId()).isEqualTo(7);
        assertThat(kept.lastSequence()).isEqualTo(1);
        assertThat(kept.maxTimestamp()).isEqualTo(2000);
        assertThat(kafkas(kept).deleteHorizonMs()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aDeleteHorizonIsKafkasAndChangesNoTimestamp(Compression compression) {
        RecordBatch kept = keep(batch(compression), 9_000_000_000_000L, 1, 2);
        assertThat(records(kept)).containsExactly("101@3000 b=second", "102@2000 c=null");
        assertThat(kept.deleteHorizon()).isEqualTo(9_000_000_000_000L);
        assertThat(kafkas(kept).deleteHorizonMs()).isEqualTo(OptionalLong.of(9_000_000_000_000L));
        ByteBuf copy = kept.buffer().copy(kept.position(), kept.sizeInBytes());
        RecordBatch again = keep(copy, RecordBatch.NO_TIMESTAMP, 1);
        assertThat(records(again)).containsExactly("102@2000 c=null");
        assertThat(again.deleteHorizon()).isEqualTo(9_000_000_000_000L);
    }

    @Test
    void anEmptyBatchStandsForItsOffsets() {
        ByteBuf out = Unpooled.buffer();
        EmptyBatch.write(out, 50, 50 + (1L << 31), 4);
        RecordBatch empty = new RecordBatch().wrap(out, 0);
        assertThat(empty.isCrcValid()).isTrue();
        assertThat(EmptyBatch.is(empty)).isTrue();
        assertThat(empty.isRaftEntry()).isFalse();
        assertThat(empty.nextOffset()).isEqualTo(50 + (1L << 31));
        assertThat(empty.partitionLeaderEpoch()).isEqualTo(4);
        assertThat(empty.hasProducerId()).isFalse();
        assertThat(empty.latestTimestamp()).isEqualTo(RecordBatch.NO_TIMESTAMP);
        assertThat(records(empty)).isEmpty();
        assertThat(kafkas(empty).lastOffset()).isEqualTo(49 + (1L << 31));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void anEmptyBatchKeepsItsProducersSequenceAlsoInParts(Compression compression) {
        ByteBuf out = Unpooled.buffer();
        EmptyBatch.writeHeaderOf(new RecordBatch().wrap(batch(compression), 0), out);
        RecordBatch empty = new RecordBatch().wrap(out, 0);
        assertThat(records(empty)).isEmpty();
        assertThat(empty.baseSequence()).isEqualTo(Integer.MAX_VALUE - 1);
        assertThat(empty.lastSequence()).isEqualTo(1);
        assertThat(kafkas(empty).lastSequence()).isEqualTo(1);
        assertThat(empty.maxTimestamp()).isEqualTo(3000);
        int at = out.writerIndex();
        EmptyBatch.writePart(empty, 102, 103, out);
        RecordBatch part = new RecordBatch().wrap(out, at);
        assertThat(part.isCrcValid()).isTrue();
        assertThat(part.baseOffset()).isEqualTo(102);
        assertThat(part.nextOffset()).isEqualTo(103);
        assertThat(part.baseSequence()).isZero();
        assertThat(part.lastSequence()).isZero();
        assertThat(part.partitionLeaderEpoch()).isEqualTo(5);
    }
}
