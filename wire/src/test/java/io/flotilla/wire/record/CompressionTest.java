package io.flotilla.wire.record;

import static io.flotilla.wire.record.RecordFixtures.assertNothingLeaked;
import static io.flotilla.wire.record.RecordFixtures.countingAllocator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

class CompressionTest {
    private static final int MIB = 1 << 20;

    private final UnpooledByteBufAllocator allocator = countingAllocator();

    @AfterEach
    void nothingLeaked() {
        assertNothingLeaked(allocator);
    }

    @Test
    void idsAndNamesAreKafkas() {
        for (CompressionType kafka : CompressionType.values()) {
            assertThat(Compression.forId(kafka.id).name()).isEqualTo(kafka.name());
        }
        assertThat(Compression.values()).hasSameSizeAs(CompressionType.values());
        for (int id : new int[] {-1, 5, 6, 7}) {
            assertThat(Compression.isKnown(id)).isFalse();
            assertFault(() -> Compression.forId(id), BatchFault.UNKNOWN_COMPRESSION);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void theLimitIsExact(Compression compression) {
        for (int size : new int[] {0, 1, 4095, 32 * 1024, 64 * 1024, 64 * 1024 + 1, 300_000}) {
            byte[] plain = someBytes(size);
            ByteBuf compressed = compress(compression, plain);
            ByteBuf again = decompress(compression, compressed, size);
            assertThat(ByteBufUtil.getBytes(again)).isEqualTo(plain);
            again.release();
            if (size > 0) {
                assertFault(() -> decompress(compression, compressed, size - 1), BatchFault.DECOMPRESSED_TOO_LARGE);
            }
            compressed.release();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aBombGoesOffAtTheLimit(Compression compression) {
        ByteBuf bomb = compress(compression, new byte[64 * MIB]);
        assertThat(bomb.readableBytes()).isLessThan(4 * MIB);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertFault(() -> decompress(compression, bomb, MIB), BatchFault.DECOMPRESSED_TOO_LARGE);
        // The input's copy, the output in growing steps, two blocks of LZ4, and change: far from 64 MiB.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(24L * MIB);
        bomb.release();
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void damageIsAFaultAndNothingElse(Compression compression) {
        byte[] plain = someBytes(3000);
        byte[] compressed = bytes(compress(compression, plain));
        Random random = new Random(compression.id());
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = compressed.clone();
            for (int hit = random.nextInt(3); hit >= 0; hit--) {
                damaged[random.nextInt(random.nextBoolean() ? 24 : damaged.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(damaged.length) : damaged.length;
            readOrFault(compression, Unpooled.wrappedBuffer(damaged, 0, length));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void noiseIsAFaultAndNothingElse(Compression compression) {
        Random random = new Random(compression.id());
        for (int round = 0; round < 3000; round++) {
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            readOrFault(compression, Unpooled.wrappedBuffer(noise));
        }
    }

    @Test
    void aSnappyBlockLengthIsNotBelieved() {
        for (int claim : new int[] {-1, Integer.MIN_VALUE, 1, 512 * MIB, Integer.MAX_VALUE}) {
            ByteBuf lie = snappyHeader().writeInt(claim);
            assertFault(() -> decompress(Compression.SNAPPY, lie, MIB), BatchFault.DECOMPRESSION_FAILED);
        }
        // One raw block that says it holds 2^31 - 1 bytes, and one that holds more than the limit.
        ByteBuf huge = snappyHeader().writeInt(5).writeBytes(new byte[] {-1, -1, -1, -1, 7});
        assertFault(() -> decompress(Compression.SNAPPY, huge, MIB), BatchFault.DECOMPRESSION_FAILED);
        assertFault(() -> decompress(Compression.SNAPPY, huge, Integer.MAX_VALUE), BatchFault.DECOMPRESSION_FAILED);
    }

    @Test
    void readsSnappyWithoutFramingAndJoinedStreams() throws IOException {
        byte[] plain = someBytes(50_000);
        ByteBuf raw = decompress(Compression.SNAPPY, Unpooled.wrappedBuffer(Snappy.compress(plain)), MIB);
        assertThat(bytes(raw)).isEqualTo(plain);

        byte[] stream = bytes(compress(Compression.SNAPPY, plain));
        ByteBuf twice = decompress(Compression.SNAPPY, Unpooled.wrappedBuffer(stream, stream), MIB);
        assertThat(bytes(twice)).isEqualTo(bytes(Unpooled.wrappedBuffer(plain, plain)));
    }

    @Test
    void readsZstdOfTheHighestLevel() throws IOException {
        byte[] plain = someBytes(200_000);
        ByteBuf compressed = Unpooled.buffer();
        try (var writer = new ZstdOutputStreamNoFinalizer(new ByteBufOutputStream(compressed), 22)) {
            writer.write(plain);
        }
        assertThat(bytes(decompress(Compression.ZSTD, compressed, MIB))).isEqualTo(plain);
    }

    @Test
    void theSourceIsNotChanged() {
        ByteBuf compressed = compress(Compression.SNAPPY, someBytes(100));
        int readable = compressed.readableBytes();
        decompress(Compression.SNAPPY, compressed, MIB).release();
        assertThat(compressed.readableBytes()).isEqualTo(readable);
        compressed.release();
    }

    private ByteBuf compress(Compression compression, byte[] plain) {
        ByteBuf target = allocator.heapBuffer();
        compression.compress(Unpooled.wrappedBuffer(plain), target);
        return target;
    }

    private ByteBuf decompress(Compression compression, ByteBuf source, int maxBytes) {
        ByteBuf owned = allocator.heapBuffer().writeBytes(source.duplicate());
        try {
            return compression.decompress(owned, 0, owned.readableBytes(), maxBytes);
        } finally {
            owned.release();
        }
    }

    private void readOrFault(Compression compression, ByteBuf source) {
        try {
            ByteBuf plain = decompress(compression, source, 8192);
            assertThat(plain.readableBytes()).isLessThanOrEqualTo(8192);
            plain.release();
        } catch (InvalidBatchException e) {
            assertThat(e.fault()).isIn(BatchFault.DECOMPRESSION_FAILED, BatchFault.DECOMPRESSED_TOO_LARGE);
        }
    }

    private static ByteBuf snappyHeader() {
        return Unpooled.buffer().writeLong(0x82534e4150505900L).writeInt(1).writeInt(1);
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = ByteBufUtil.getBytes(buffer);
        buffer.release();
        return bytes;
    }

    /** Half noise, half zeros, so that codecs have something to do and something to keep. */
    private static byte[] someBytes(int size) {
        byte[] noise = new byte[size / 2];
        new Random(size).nextBytes(noise);
        byte[] bytes = new byte[size];
        System.arraycopy(noise, 0, bytes, 0, noise.length);
        return bytes;
    }

    private static void assertFault(org.assertj.core.api.ThrowableAssert.ThrowingCallable work, BatchFault fault) {
        assertThatThrownBy(work).isInstanceOfSatisfying(InvalidBatchException.class, e -> assertThat(e.fault())
                .isEqualTo(fault));
    }
}
