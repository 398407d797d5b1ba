package io.flotilla.broker.net;

import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.ResponseHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The calls on one link that wait for their responses. {@link #start} is for any thread, the rest for the link's loop. */
final class PeerCalls {
    private final String callee;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final AtomicInteger correlationIds = new AtomicInteger();
    /** In the order they were made, so that they fail in that order. */
    private final Map<Integer, Call> waiting = new LinkedHashMap<>();

    PeerCalls(String callee, EventLoop loop, ByteBufAllocator allocator) {
        this.callee = callee;
        this.loop = loop;
        this.allocator = allocator;
    }

    private record Call(ApiKey api, short version, CompletableFuture<ApiMessage> response, EventLoop.Timer timeout) {}

    /**
     * Sends a request on the connection the supplier has, asked on the link's loop; null for none.
     *
     * @return completes on the link's loop; fails with {@link PeerException}
     */
    @SuppressWarnings("unchecked") // the response's type is the one its API reads
    <R extends ApiMessage> CompletableFuture<R> start(
            Supplier<Connection> connection, ApiKey api, short version, ApiMessage request, long timeoutMs) {
        CompletableFuture<ApiMessage> response = new CompletableFuture<>();
        int id = correlationIds.incrementAndGet();
        ByteBuf frame = PeerLink.encode(allocator, request, version, id);
        Runnable send = () -> {
            Connection to = connection.get();
            if (to == null) {
                frame.release();
                response.completeExceptionally(new PeerException("no link to " + callee, false));
                return;
            }
            EventLoop.Timer timeout = loop.schedule(() -> expire(id, timeoutMs), timeoutMs);
            waiting.put(id, new Call(api, version, response, timeout));
            to.send(frame);
        };
        if (loop.inEventLoop()) {
            send.run();
        } else {
            loop.execute(send);
        }
        return (CompletableFuture<R>) response;
    }

    /**
     * A response frame came; the caller keeps owning it. One that nobody waits for any more is ignored.
     *
     * @throws MalformedMessageException when it cannot be read; its call fails when the link is closed for that
     */
    void answered(ByteBuf frame) {
        if (frame.readableBytes() < Integer.BYTES) {
            throw new MalformedMessageException("a response of " + frame.readableBytes() + " bytes");
        }
        Call call = waiting.get(frame.getInt(frame.readerIndex()));
        if (call != null) {
            // A copy of its own: whoever made the call may look at the response when the frame is gone, for futures run
            // what is attached to them late on the thread that attaches it.
            ByteBuf own = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(frame));
            ResponseHeader header = ResponseHeader.read(own, call.api.responseHeaderVersion(call.version));
            ApiMessage response = call.api.readResponse(own, call.version);
            waiting.remove(header.correlationId());
            call.timeout.cancel();
            call.response.complete(response);
        }
    }

    /** The connection is gone: whether the requests were acted on, nobody can tell. */
    void failAll(String reason) {
        List<Call> failed = new ArrayList<>(waiting.values());
        waiting.clear();
        for (Call call : failed) {
            call.timeout.cancel();
            call.response.completeExceptionally(
                    new PeerException("the link to " + callee + " broke before it answered: " + reason, true));
        }
    }

    private void expire(int id, long timeoutMs) {
        Call call = waiting.remove(id);
        if (call != null) {
            call.response.completeExceptionally(
                    new PeerException(callee + " did not answer within " + timeoutMs + " ms", true));
        }
    }
}
