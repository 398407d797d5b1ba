package io.flotilla.wire.frame;

import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.RecordsSink;
import io.flotilla.wire.message.RequestHeader;
import io.flotilla.wire.message.ResponseHeader;
import io.flotilla.wire.message.UnwritableMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes messages for a transport that adds the length itself and can send a buffer made of several. Large records are not
 * copied: they become parts of the returned buffer.
 *
 * <p>Unlike in {@link Frames}, ownership of the records in a message passes: when they are copied they are released, and
 * otherwise they are released with the returned buffer.
 */
public final class FrameEncoder {
    /** Records up to this size are copied: cheaper than one more part for the operating system to gather. */
    static final int COPIED_BYTES = 4 << 10;

    /** Room made at first for what is not records; most messages need less, and lists of thousands of topics grow it. */
    private static final int INITIAL_BYTES = 16 << 10;

    private FrameEncoder() {}

    /** A request frame without its length. */
    public static ByteBuf request(
            ByteBufAllocator allocator, ApiMessage request, short version, int correlationId, String clientId) {
        ApiKey api = ApiKey.of(request.apiKey()).orElseThrow();
        RequestHeader header = RequestHeader.builder()
                .requestApiKey(api.number())
                .requestApiVersion(version)
                .correlationId(correlationId)
                .clientId(clientId)
                .build();
        return encode(allocator, header, api.requestHeaderVersion(version), request, version);
    }

    /** A response frame without its length. */
    public static ByteBuf response(ByteBufAllocator allocator, ApiMessage response, short version, int correlationId) {
        ApiKey api = ApiKey.of(response.apiKey()).orElseThrow();
        return encode(
                allocator, new ResponseHeader(correlationId), api.responseHeaderVersion(version), response, version);
    }

    /** A response frame without its length, around a body that is encoded already; ownership of the body passes. */
    public static ByteBuf response(
            ByteBufAllocator allocator, ApiKey api, ByteBuf body, short version, int correlationId) {
        ResponseHeader header = new ResponseHeader(correlationId);
        short headerVersion = api.responseHeaderVersion(version);
        ByteBuf out = allocator.ioBuffer(header.size(headerVersion));
        header.write(out, headerVersion);
        return allocator.compositeBuffer(2).addComponent(true, out).addComponent(true, body);
    }

    /** A message alone, without a header. */
    public static ByteBuf body(ByteBufAllocator allocator, Message message, short version) {
        return encode(allocator, null, (short) 0, message, version);
    }

    private static ByteBuf encode(
            ByteBufAllocator allocator, Message header, short headerVersion, Message body, short version) {
        int size = (header == null ? 0 : header.size(headerVersion)) + body.size(version);
        Parts parts = new Parts();
        ByteBuf out = null;
        try {
            out = allocator.ioBuffer(Math.min(size, INITIAL_BYTES), size);
            if (header != null) {
                header.write(out, headerVersion);
            }
            body.write(out, version, parts);
            return parts.joined(allocator, out);
        } catch (RuntimeException | OutOfMemoryError e) {
            // Memory outside the heap is bounded; running out of it must not lose what the records hold of it.
            if (out != null) {
                out.release();
            }
            parts.release();
            release(body, version, parts.taken);
            throw e;
        }
    }

    /** Releases the records in a message that will not be encoded. */
    public static void release(Message message, short version) {
        release(message, version, 0);
    }

    /** Releases the records in a message but the first few; of one that cannot be written, those that writing gets to. */
    private static void release(Message message, short version, int spared) {
        int[] seen = {0};
        try {
            message.write(Unpooled.buffer(), version, (out, records) -> {
                if (seen[0]++ >= spared) {
                    records.release();
                }
            });
        } catch (UnwritableMessageException e) {
            // The caller hears of it when it encodes the message.
        }
    }

    /** Remembers which records go where between the bytes that were written. */
    private static final class Parts implements RecordsSink {
        private List<ByteBuf> records = List.of();
        private List<Integer> positions = List.of();
        /** Records that were copied and released, or kept. */
        private int taken;

        @Override
        public void accept(ByteBuf out, ByteBuf bytes) {
            if (bytes.readableBytes() <= COPIED_BYTES) {
                out.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
                bytes.release();
                taken++;
                return;
            }
            if (records.isEmpty()) {
                records = new ArrayList<>();
                positions = new ArrayList<>();
            }
            records.add(bytes);
            positions.add(out.writerIndex());
            taken++;
        }

        ByteBuf joined(ByteBufAllocator allocator, ByteBuf out) {
            if (records.isEmpty()) {
                return out;
            }
            CompositeByteBuf frame = allocator.compositeBuffer(2 * records.size() + 1);
            for (int i = 0; i < records.size(); i++) {
                frame.addComponent(true, out.readRetainedSlice(positions.get(i) - out.readerIndex()));
                frame.addComponent(true, records.get(i));
            }
            frame.addComponent(true, out);
            return frame;
        }

        void release() {
            records.forEach(ByteBuf::release);
        }
    }
}
