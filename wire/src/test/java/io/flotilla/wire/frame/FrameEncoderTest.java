package io.flotilla.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.message.ResponseHeader;
import io.flotilla.wire.message.UnwritableMessageException;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameEncoderTest {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final short FETCH_VERSION = FetchResponse.HIGHEST_VERSION;

    @ParameterizedTest
    @ValueSource(shorts = {0, 8, 9, 13})
    void aResponseArrivesAsItWasSent(short version) {
        MetadataResponse response =
                MetadataResponse.builder().controllerId(version == 0 ? -1 : 7).build();
        ByteBuf frame = FrameEncoder.response(ALLOCATOR, response, version, 42);

        assertThat(ResponseHeader.read(frame, ApiKey.METADATA.responseHeaderVersion(version)))
                .isEqualTo(new ResponseHeader(42));
        assertThat(ApiKey.METADATA.readResponse(frame, version)).isEqualTo(response);
        assertThat(frame.isReadable()).isFalse();
        frame.release();
    }

    @Test
    void largeRecordsArePartsOfTheFrameAndSmallOnesAreCopied() {
        ByteBuf small = records(FrameEncoder.COPIED_BYTES);
        ByteBuf large = records(FrameEncoder.COPIED_BYTES + 1);
        ByteBuf larger = records(100_000);
        FetchResponse response = fetch(small.duplicate(), large.duplicate(), larger.duplicate());
        int size = new ResponseHeader(1).size((short) 1) + response.size(FETCH_VERSION);

        ByteBuf frame = FrameEncoder.response(ALLOCATOR, response, FETCH_VERSION, 1);

        assertThat(frame).isInstanceOf(CompositeByteBuf.class);
        assertThat(frame.readableBytes()).isEqualTo(size);
        assertThat(small.refCnt()).isZero();
        assertThat(larger.refCnt()).isOne();
        ResponseHeader.read(frame, (short) 1);
        FetchResponse read = FetchResponse.read(frame, FETCH_VERSION);
        assertThat(read.responses().get(0).partitions())
                .extracting(partition -> partition.records().readableBytes())
                .containsExactly(FrameEncoder.COPIED_BYTES, FrameEncoder.COPIED_BYTES + 1, 100_000);
        assertThat(read.responses().get(0).partitions().get(2).records()).isEqualTo(larger);

        frame.release();
        assertThat(large.refCnt()).isZero();
        assertThat(larger.refCnt()).isZero();
    }

    @Test
    void aMessageThatCannotBeWrittenReleasesTheRecordsItGotTo() {
        ByteBuf records = records(10_000);
        var node = FetchResponse.NodeEndpoint.builder().host("x".repeat(40_000)).build();
        FetchResponse hostTooLong = FetchResponse.builder()
                .responses(fetch(records).responses())
                .nodeEndpoints(List.of(node))
                .build();

        assertThatThrownBy(() -> FrameEncoder.response(ALLOCATOR, hostTooLong, FETCH_VERSION, 1))
                .isInstanceOf(UnwritableMessageException.class);

        assertThat(records.refCnt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50, 300})
    void runningOutOfMemoryLosesNoRecords(int room) {
        ByteBuf[] records = {records(100), records(10_000), records(200), records(20_000)};
        FetchResponse response = fetch(records);

        assertThatThrownBy(() -> FrameEncoder.response(new Scarce(room), response, FETCH_VERSION, 1))
                .isInstanceOfAny(OutOfMemoryError.class, IndexOutOfBoundsException.class);

        assertThat(records).allMatch(one -> one.refCnt() == 0);
    }

    /** Has room for one buffer of so many bytes. */
    private static final class Scarce extends AbstractByteBufAllocator {
        private final int room;

        Scarce(int room) {
            this.room = room;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            if (room == 0) {
                throw new OutOfMemoryError("none left");
            }
            return Unpooled.buffer(Math.min(room, initialCapacity), Math.min(room, maxCapacity));
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            return newHeapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @Test
    void theRecordsOfAMessageThatIsNotSentAreReleased() {
        ByteBuf[] records = {records(100), records(10_000)};
        FrameEncoder.release(fetch(records), FETCH_VERSION);
        assertThat(records).allMatch(one -> one.refCnt() == 0);
    }

    private static FetchResponse fetch(ByteBuf... records) {
        var partitions = Arrays.stream(records)
                .map(each -> FetchResponse.Partition.builder().records(each).build())
                .toList();
        var topic = FetchResponse.Topic.builder().partitions(partitions).build();
        return FetchResponse.builder().responses(List.of(topic)).build();
    }

    private static ByteBuf records(int bytes) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) bytes);
        return Unpooled.wrappedBuffer(content);
    }
}
