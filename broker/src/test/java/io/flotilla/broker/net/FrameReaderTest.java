package io.flotilla.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;
    private static final int LIMIT = 64 << 20;

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final FrameReader reader = new FrameReader(LIMIT);
    private final List<ByteBuf> frames = new ArrayList<>();
    private boolean open = true;

    @AfterEach
    void release() {
        reader.close();
        frames.forEach(ByteBuf::release);
    }

    /** Feeds bytes the way a transport does: at most as many at a time as the reader's buffer has room for. */
    private int feed(ByteBuf bytes, int atMost) throws FrameReader.BadFrameException {
        ByteBuf buffer = reader.nextBuffer(ALLOCATOR);
        int room = buffer.writableBytes();
        int count = Math.min(Math.min(room, atMost), bytes.readableBytes());
        buffer.writeBytes(bytes, count);
        reader.adapt(room, count);
        reader.received(ALLOCATOR, buffer);
        reader.deliver(ALLOCATOR, () -> open, frames::add);
        return count;
    }

    private void feedAll(ByteBuf bytes) throws FrameReader.BadFrameException {
        while (bytes.isReadable()) {
            feed(bytes, Integer.MAX_VALUE);
        }
    }

    private static byte[] content(int length, int seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuf framed(byte[] content) {
        return Unpooled.buffer().writeInt(content.length).writeBytes(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void cutsTheSameFramesHoweverTheBytesArrive(int seed) throws FrameReader.BadFrameException {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = {0, 1, 3, 100, 1_000, 9_000, 70_000, 300_000};
        List<byte[]> sent = new ArrayList<>();
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            byte[] content = content(random.nextInt(sizes[random.nextInt(sizes.length)] + 1), i);
            sent.add(content);
            stream.writeInt(content.length).writeBytes(content);
        }
        while (stream.isReadable()) {
            open = random.nextInt(4) > 0;
            feed(stream, 1 + random.nextInt(1 << random.nextInt(18)));
        }
        open = true;
        reader.deliver(ALLOCATOR, () -> open, frames::add);
        assertThat(frames).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(ByteBufUtil.getBytes(frames.get(i))).as("frame %d", i).isEqualTo(sent.get(i));
        }
    }

    @Test
    void aLargeFrameArrivesInOneBufferOfItsOwn() throws FrameReader.BadFrameException {
        byte[] content = content(1_500_000, 1);
        feedAll(framed(content));
        ByteBuf frame = frames.get(0);
        assertThat(ByteBufUtil.getBytes(frame)).isEqualTo(content);
        assertThat(frame.capacity()).isEqualTo(FrameReader.LENGTH_BYTES + content.length);
        assertThat(frame.isDirect()).isTrue();
    }

    @Test
    void aLengthAloneAllocatesLittleHoweverLargeItIs() throws FrameReader.BadFrameException {
        long before = NoLeaks.inUse();
        feedAll(Unpooled.buffer().writeInt(LIMIT).writeByte(0));
        assertThat(NoLeaks.inUse() - before).isLessThanOrEqualTo(2L * FrameReader.TRUSTED_BYTES);
    }

    @Test
    void aVeryLargeFrameIsGivenRoomAsItArrives() throws FrameReader.BadFrameException {
        byte[] content = content(5 * FrameReader.TRUSTED_BYTES, 2);
        feedAll(framed(content));
        assertThat(ByteBufUtil.getBytes(frames.get(0))).isEqualTo(content);
    }

    @Test
    void aSmallFrameDoesNotKeepALargeBufferAlive() throws FrameReader.BadFrameException {
        while (reader.readBytes() < 64 << 10) {
            reader.adapt(reader.readBytes(), reader.readBytes());
        }
        long before = NoLeaks.inUse();
        feedAll(framed(content(100, 3)));
        assertThat(NoLeaks.inUse() - before).isLessThan(1024);
    }

    @Test
    void framesThatArriveTogetherShareTheirBuffer() throws FrameReader.BadFrameException {
        reader.adapt(reader.readBytes(), reader.readBytes());
        ByteBuf stream = Unpooled.wrappedBuffer(framed(content(1500, 4)), framed(content(1500, 5)));
        feed(stream, Integer.MAX_VALUE);
        assertThat(frames).hasSize(2);
        assertThat(address(frames.get(1)) - address(frames.get(0))).isEqualTo(1504);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, LIMIT + 1, Integer.MAX_VALUE})
    void aLengthOutOfRangeIsRefused(int length) {
        assertThatThrownBy(() -> feedAll(Unpooled.buffer().writeInt(length)))
                .isInstanceOf(FrameReader.BadFrameException.class)
                .hasMessageContaining(String.valueOf(length));
        assertThat(frames).isEmpty();
    }

    @Test
    void nothingIsDeliveredWhileStopped() throws FrameReader.BadFrameException {
        open = false;
        feedAll(Unpooled.wrappedBuffer(framed(content(3_000, 6)), framed(content(10, 7)), framed(content(2_000, 8))));
        assertThat(frames).isEmpty();
        open = true;
        reader.deliver(ALLOCATOR, () -> open && frames.size() < 2, frames::add);
        assertThat(frames).hasSize(2);
        reader.deliver(ALLOCATOR, () -> open, frames::add);
        assertThat(frames).extracting(ByteBuf::readableBytes).containsExactly(3_000, 10, 2_000);
    }

    private static long address(ByteBuf buffer) {
        return buffer.memoryAddress() + buffer.readerIndex();
    }
}
