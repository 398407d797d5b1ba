package io.flotilla.wire.frame;

import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.RequestHeader;
import io.flotilla.wire.message.ResponseHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Frames: a four-byte length that does not count itself, a header, and one message.
 *
 * <p>A server reads a frame with {@link #readRequestHeader}, looks up the {@link ApiKey}, and if that supports the version,
 * reads the body with {@link ApiKey#readRequest}. It answers an ApiVersions request of an unsupported version with a
 * version 0 response that says {@link ErrorCode#UNSUPPORTED_VERSION} (KIP-511): the client then knows what to use.
 */
public final class Frames {
    /** The size of the length before every frame. */
    public static final int LENGTH_BYTES = 4;

    /** The longest frame a broker takes, unless configured otherwise: Kafka's {@code socket.request.max.bytes}. */
    public static final int DEFAULT_MAX_BYTES = 100 << 20;

    /** The longest frame to take from a client that has not said who it is, where it has to. */
    public static final int MAX_BYTES_BEFORE_AUTHENTICATION = 512 << 10;

    private Frames() {}

    /**
     * Reads the header of a request, and leaves {@code frame} at the body. Works for versions not known yet too; of an API
     * not known, only the fields that every header has are read.
     *
     * @param frame a frame without its length
     * @throws MalformedMessageException if the bytes are not a header
     */
    public static RequestHeader readRequestHeader(ByteBuf frame) {
        if (frame.readableBytes() < 2 * Short.BYTES) {
            throw new MalformedMessageException("a frame of " + frame.readableBytes() + " bytes has no request header");
        }
        short key = frame.getShort(frame.readerIndex());
        short version = frame.getShort(frame.readerIndex() + Short.BYTES);
        short headerVersion =
                ApiKey.of(key).map(api -> api.requestHeaderVersion(version)).orElse(RequestHeader.LOWEST_VERSION);
        return RequestHeader.read(frame, headerVersion);
    }

    /** A whole request frame with its length, in one buffer of exactly its size, which the caller owns. */
    public static ByteBuf encodeRequest(
            ByteBufAllocator allocator, ApiMessage request, short version, int correlationId, String clientId) {
        RequestHeader header = RequestHeader.builder()
                .requestApiKey(request.apiKey())
                .requestApiVersion(version)
                .correlationId(correlationId)
                .clientId(clientId)
                .build();
        return encode(allocator, header, apiOf(request).requestHeaderVersion(version), request, version);
    }

    /** A whole response frame with its length, in one buffer of exactly its size, which the caller owns. */
    public static ByteBuf encodeResponse(
            ByteBufAllocator allocator, ApiMessage response, short version, int correlationId) {
        ResponseHeader header = new ResponseHeader(correlationId);
        return encode(allocator, header, apiOf(response).responseHeaderVersion(version), response, version);
    }

    private static ByteBuf encode(
            ByteBufAllocator allocator, Message header, short headerVersion, ApiMessage body, short version) {
        int size = header.size(headerVersion) + body.size(version);
        ByteBuf frame = allocator.buffer(LENGTH_BYTES + size, LENGTH_BYTES + size);
        try {
            frame.writeInt(size);
            header.write(frame, headerVersion);
            body.write(frame, version);
        } catch (RuntimeException e) {
            frame.release();
            throw e;
        }
        return frame;
    }

    private static ApiKey apiOf(ApiMessage message) {
        return ApiKey.of(message.apiKey()).orElseThrow();
    }
}
