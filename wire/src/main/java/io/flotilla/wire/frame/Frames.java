package io.flotilla.wire.frame;

import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.RequestHeader;
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

    /**
     * A whole request frame with its length, for a transport that adds nothing: in one buffer of exactly its size, which the
     * caller owns. Records are copied.
     */
    public static ByteBuf encodeRequest(
            ByteBufAllocator allocator, ApiMessage request, short version, int correlationId, String clientId) {
        ApiKey api = ApiKey.of(request.apiKey()).orElseThrow();
        RequestHeader header = RequestHeader.builder()
                .requestApiKey(api.number())
                .requestApiVersion(version)
                .correlationId(correlationId)
                .clientId(clientId)
                .build();
        short headerVersion = api.requestHeaderVersion(version);
        int size = header.size(headerVersion) + request.size(version);
        ByteBuf frame = allocator.buffer(LENGTH_BYTES + size, LENGTH_BYTES + size);
        try {
            frame.writeInt(size);
            header.write(frame, headerVersion);
            request.write(frame, version);
        } catch (RuntimeException e) {
            frame.release();
            throw e;
        }
        return frame;
    }
}
