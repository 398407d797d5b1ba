package io.flotilla.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.wire.message.ApiVersionsRequest;
import io.flotilla.wire.message.ApiVersionsResponse;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.RequestHeader;
import io.flotilla.wire.message.UnwritableMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
    private static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);

    @ParameterizedTest
    @ValueSource(shorts = {0, 8, 9, 13})
    void aRequestArrivesAsItWasSent(short version) {
        MetadataRequest request = MetadataRequest.builder()
                .topics(List.of(MetadataRequest.Topic.builder().name("t").build()))
                .build();
        ByteBuf frame = Frames.encodeRequest(HEAP, request, version, 42, "me");

        assertThat(frame.readInt()).isEqualTo(frame.readableBytes());
        RequestHeader header = Frames.readRequestHeader(frame);
        assertThat(header).isEqualTo(new RequestHeader(ApiKey.METADATA.number(), version, 42, "me"));
        assertThat(ApiKey.METADATA.readRequest(frame, version)).isEqualTo(request);
        assertThat(frame.isReadable()).isFalse();
    }

    @Test
    void aRequestOfAKafkaClientIsUnderstood() {
        var header =
                new org.apache.kafka.common.requests.RequestHeader(ApiKeys.API_VERSIONS, (short) 4, "kafka-client", 3);
        var body = new ApiVersionsRequestData().setClientSoftwareName("k").setClientSoftwareVersion("4");
        ByteBuffer bytes = ByteBuffer.allocate(100);
        bytes.put(MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer());
        bytes.put(MessageUtil.toByteBufferAccessor(body, (short) 4).buffer()).flip();
        ByteBuf frame = Unpooled.wrappedBuffer(bytes);

        assertThat(Frames.readRequestHeader(frame))
                .isEqualTo(new RequestHeader((short) 18, (short) 4, 3, "kafka-client"));
        assertThat(ApiVersionsRequest.read(frame, (short) 4)).isEqualTo(new ApiVersionsRequest("k", "4"));
    }

    /** KIP-511: a client newer than us is answered in version 0, and learns which versions to use. */
    @Test
    void aVersionOfTheFutureIsAnsweredInVersionZero() {
        ByteBuf frame = Unpooled.buffer();
        new RequestHeader(ApiKey.API_VERSIONS.number(), (short) 99, 5, "new").write(frame, (short) 2);
        frame.writeBytes(new byte[] {1, 2, 3});

        RequestHeader header = Frames.readRequestHeader(frame);
        assertThat(header.correlationId()).isEqualTo(5);
        assertThat(ApiKey.API_VERSIONS.supports(header.requestApiVersion())).isFalse();

        ApiVersionsResponse response = ApiVersionsResponse.builder()
                .errorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                .apiKeys(List.of(ApiVersionsResponse.ApiVersion.builder()
                        .apiKey((short) 18)
                        .maxVersion((short) 4)
                        .build()))
                .build();
        ByteBuf answer = FrameEncoder.response(HEAP, response, (short) 0, header.correlationId());
        ByteBuffer bytes = ByteBuffer.wrap(ByteBufUtil.getBytes(answer));
        answer.release();
        var understood =
                org.apache.kafka.common.requests.ApiVersionsResponse.parse(skipCorrelationId(bytes), (short) 0);
        assertThat(understood.data().errorCode()).isEqualTo((short) 35);
        assertThat(understood.apiVersion((short) 18).maxVersion()).isEqualTo((short) 4);
    }

    private static ByteBufferAccessor skipCorrelationId(ByteBuffer bytes) {
        bytes.getInt();
        return new ByteBufferAccessor(bytes);
    }

    @Test
    void theHeaderOfAnUnknownApiIsReadAsFarAsItIsKnown() {
        ByteBuf frame = Unpooled.buffer();
        new RequestHeader((short) 999, (short) 3, 6, "who").write(frame, (short) 1);

        RequestHeader header = Frames.readRequestHeader(frame);

        assertThat(header.clientId()).isEqualTo("who");
        assertThat(ApiKey.of(header.requestApiKey())).isEmpty();
    }

    @Test
    void aTruncatedHeaderIsRefused() {
        ByteBuf whole = Frames.encodeRequest(HEAP, FetchRequest.builder().build(), (short) 18, 1, "client")
                .skipBytes(Frames.LENGTH_BYTES);
        int headerSize = new RequestHeader((short) 1, (short) 18, 1, "client").size((short) 2);

        for (int length = 0; length < headerSize; length++) {
            ByteBuf truncated = whole.slice(whole.readerIndex(), length);
            assertThatThrownBy(() -> Frames.readRequestHeader(truncated)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void aMessageThatCannotBeWrittenLeavesNoBufferBehind() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        FetchRequest tooNew = FetchRequest.builder().replicaId(3).build();

        assertThatThrownBy(() -> Frames.encodeRequest(allocator, tooNew, (short) 18, 1, "client"))
                .isInstanceOf(UnwritableMessageException.class);

        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }
}
