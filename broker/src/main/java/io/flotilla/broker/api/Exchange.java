package io.flotilla.broker.api;

import io.flotilla.wire.frame.FrameEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** One request that is being answered, and then its answer, waiting for the answers to earlier requests. */
final class Exchange {
    private final Route route;
    private final short version;
    private final int correlationId;
    private final ByteBuf frame;
    private final int frameBytes;
    private final long arrivedNanos;
    /** Null until the request is answered. */
    private Reply reply;

    private long answeredNanos;

    /** @param frame the request's; released when it is answered */
    Exchange(Route route, short version, int correlationId, ByteBuf frame, int frameBytes, long arrivedNanos) {
        this.route = route;
        this.version = version;
        this.correlationId = correlationId;
        this.frame = frame;
        this.frameBytes = frameBytes;
        this.arrivedNanos = arrivedNanos;
    }

    int frameBytes() {
        return frameBytes;
    }

    boolean answered() {
        return reply != null;
    }

    void answer(Reply reply, long nowNanos) {
        this.reply = reply;
        this.answeredNanos = nowNanos;
        frame.release();
    }

    /** The response frame, or null when there is none to send. Counts the exchange; to be called once. */
    ByteBuf encode(ByteBufAllocator allocator) {
        ByteBuf response = null;
        if (reply instanceof Reply.Message answer) {
            response = FrameEncoder.response(allocator, answer.message(), version, correlationId);
        } else if (reply instanceof Reply.Encoded answer) {
            response = FrameEncoder.response(allocator, route.api(), answer.body(), version, correlationId);
        }
        route.metrics()
                .answered(answeredNanos - arrivedNanos, frameBytes, response == null ? 0 : response.readableBytes());
        return response;
    }
}
