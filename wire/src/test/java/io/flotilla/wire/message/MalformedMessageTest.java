package io.flotilla.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.flotilla.wire.message.RandomMessages.Versioned;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that are not what they claim: refused with one exception, and without allocating what they ask for. */
class MalformedMessageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** What an honest message may cost per byte on the heap, and what an exception with its stack trace may cost. */
    private static final long HEAP_PER_BYTE = 256;

    private static final long HEAP_PER_READ = 64 << 10;

    static Stream<Versioned> all() {
        return RandomMessages.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aTruncatedMessageIsRefused(Versioned message) {
        byte[] bytes = MessageBytesTest.bytes(message.random(3), message.version());

        for (int length = 0; length < bytes.length; length++) {
            ByteBuf truncated = Unpooled.wrappedBuffer(bytes, 0, length);
            assertThatThrownBy(() -> message.read(truncated))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(MalformedMessageException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void damagedBytesAreReadOrRefused(Versioned message) {
        Random random = new Random(message.toString().hashCode());
        byte[] bytes = MessageBytesTest.bytes(message.random(4), message.version());
        byte[][] damages = {{-1}, {0}, {0x7f}, {-128}, {0x7f, -1, -1, -1}, {-1, -1, -1, -1, 7}, {-1, -1, -1, -1, 15}};

        for (int position = 0; position < bytes.length; position++) {
            byte[] damage = damages[random.nextInt(damages.length)];
            byte[] damaged = bytes.clone();
            System.arraycopy(damage, 0, damaged, position, Math.min(damage.length, bytes.length - position));
            readOrRefuse(message, damaged);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void noiseIsReadOrRefused(Versioned message) {
        Random random = new Random(message.toString().hashCode());
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            readOrRefuse(message, noise);
        }
    }

    private static void readOrRefuse(Versioned message, byte[] bytes) {
        tryRead(message, bytes); // once without counting: the first time loads classes
        long before = THREADS.getCurrentThreadAllocatedBytes();
        tryRead(message, bytes);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated)
                .as("heap for %s", ByteBufUtil.hexDump(bytes))
                .isLessThan(HEAP_PER_READ + HEAP_PER_BYTE * bytes.length);
    }

    private static void tryRead(Versioned message, byte[] bytes) {
        try {
            message.read(Unpooled.wrappedBuffer(bytes));
        } catch (MalformedMessageException e) {
            assertThat(e).hasMessageMatching(".+ .+");
        }
    }

    @Test
    void anArrayThatClaimsMoreElementsThanFitIsRefused() {
        ByteBuf classic = Unpooled.buffer().writeInt(1_000_000_000).writeZero(100);
        assertThatThrownBy(() -> MetadataRequest.read(classic, (short) 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("MetadataRequest.topics claims 1000000000 elements, but only 100 bytes are left");

        // Each topic takes at least a length of two bytes: 51 cannot fit where 50 can.
        ByteBuf tight = Unpooled.buffer().writeInt(51).writeZero(100);
        assertThatThrownBy(() -> MetadataRequest.read(tight, (short) 0)).hasMessageContaining("claims 51 elements");
        ByteBuf fits = Unpooled.buffer().writeInt(50).writeZero(100);
        assertThat(MetadataRequest.read(fits, (short) 0).topics()).hasSize(50);
    }

    @Test
    void aStringThatClaimsMoreBytesThanAreLeftIsRefused() {
        ByteBuf classic = Unpooled.buffer().writeInt(1).writeShort(7).writeZero(6);
        assertThatThrownBy(() -> MetadataRequest.read(classic, (short) 0))
                .hasMessage("MetadataRequest.Topic.name needs 7 bytes, but only 6 are left");

        ByteBuf compact = Unpooled.buffer().writeBytes(new byte[] {-1, -1, -1, -1, 7, 0, 0});
        assertThatThrownBy(() -> ApiVersionsRequest.read(compact, (short) 3))
                .hasMessage("ApiVersionsRequest.clientSoftwareName is a string of 2147483646 bytes");
    }

    @Test
    void lengthsBelowNullAreRefused() {
        ByteBuf array = Unpooled.buffer().writeInt(-2);
        assertThatThrownBy(() -> MetadataRequest.read(array, (short) 1))
                .hasMessage("MetadataRequest.topics has the impossible length -2");

        ByteBuf compact = Unpooled.buffer().writeBytes(new byte[] {-1, -1, -1, -1, 15});
        assertThatThrownBy(() -> ApiVersionsRequest.read(compact, (short) 3))
                .hasMessageStartingWith("ApiVersionsRequest.clientSoftwareName has the impossible length");

        ByteBuf endless = Unpooled.buffer().writeBytes(new byte[] {-1, -1, -1, -1, -1, 1});
        assertThatThrownBy(() -> ApiVersionsRequest.read(endless, (short) 3)).hasMessage("varint longer than 5 bytes");
    }

    @Test
    void nullIsRefusedWhereTheVersionDoesNotAllowIt() {
        ByteBuf none = Unpooled.buffer().writeInt(-1);

        assertThat(MetadataRequest.read(none.duplicate(), (short) 1).topics()).isNull();
        assertThatThrownBy(() -> MetadataRequest.read(none.duplicate(), (short) 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("MetadataRequest.topics is null, which this version does not allow");
    }

    @Test
    void aTaggedFieldMustBeAsLongAsItSays() {
        ByteBuf bytes = Unpooled.buffer();
        ResponseHeader.builder().correlationId(5).build().write(bytes, (short) 1);
        // No tagged fields yet; now claim one, unknown, which reaches beyond the end.
        bytes.setByte(4, 1).writeBytes(new byte[] {99, 3, 0, 0});
        assertThatThrownBy(() -> ResponseHeader.read(bytes, (short) 1))
                .hasMessage("tagged field 99 claims 3 bytes, but only 2 are left");

        // SupportedFeatures, an empty list, followed by a byte that belongs to nothing.
        ByteBuf known = Unpooled.buffer().writeBytes(new byte[] {0, 0, 1, 0, 0, 0, 0, 1, 0, 2, 1, 0});
        assertThatThrownBy(() -> ApiVersionsResponse.read(known, (short) 3))
                .hasMessage("ApiVersionsResponse.supportedFeatures is followed by 1 bytes");
    }

    @Test
    void unknownTaggedFieldsAreSkipped() {
        ByteBuf bytes = Unpooled.buffer().writeInt(5).writeBytes(new byte[] {2, 0, 1, 42, 99, 3, 1, 2, 3});

        assertThat(ResponseHeader.read(bytes, (short) 1)).isEqualTo(new ResponseHeader(5));
        assertThat(bytes.isReadable()).isFalse();
    }

    @Test
    void aVersionThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> OffsetCommitValue.read(Unpooled.buffer(), (short) 5))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("OffsetCommitValue has no version 5");
    }
}
