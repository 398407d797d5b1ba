package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ResponseHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/** A connection in memory: the test is the client, and moves the loop. Keeps the promises of a real one. */
final class TestConnection implements Connection {
    private final TestLoop loop;
    private final ConnectionHandler handler;
    private final Queue<ByteBuf> sent = new ArrayDeque<>();
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private boolean writable = true;
    private boolean reading = true;
    private boolean closed;

    TestConnection(TestLoop loop, ConnectionHandler handler) {
        this.loop = loop;
        this.handler = handler;
        loop.execute(() -> handler.opened(this));
        loop.run();
    }

    /** The client sends a request; it is delivered when the broker reads. */
    void request(ApiMessage request, int version, int correlationId) {
        bytes(FrameEncoder.request(
                PooledByteBufAllocator.DEFAULT, request, (short) version, correlationId, "client-1"));
    }

    /** The client sends a frame. */
    void bytes(ByteBuf frame) {
        waiting.add(frame);
        deliver();
    }

    private void deliver() {
        loop.execute(() -> {
            while (reading && !closed && !waiting.isEmpty()) {
                handler.frame(this, waiting.poll());
            }
        });
        loop.run();
    }

    /** The next response, which must be to this request. Records in it are not valid any more. */
    ApiMessage response(ApiKey api, int version, int correlationId) {
        return response(api, version, correlationId, response -> {});
    }

    /** Like the other one, but lets the consumer look at records too. */
    ApiMessage response(ApiKey api, int version, int correlationId, Consumer<ApiMessage> consumer) {
        ByteBuf frame = sent.remove();
        try {
            ResponseHeader header = ResponseHeader.read(frame, api.responseHeaderVersion((short) version));
            assertThat(header.correlationId()).isEqualTo(correlationId);
            ApiMessage response = api.readResponse(frame, (short) version);
            assertThat(frame.isReadable()).as("bytes after the response").isFalse();
            consumer.accept(response);
            return response;
        } finally {
            frame.release();
        }
    }

    int responses() {
        return sent.size();
    }

    /** Frames the broker has not read. */
    int unread() {
        return waiting.size();
    }

    boolean isReading() {
        return reading;
    }

    boolean isClosed() {
        return closed;
    }

    /** The client stops, or goes on, taking responses. */
    void setWritable(boolean writable) {
        this.writable = writable;
        if (writable) {
            loop.execute(() -> handler.writable(this));
            loop.run();
        }
    }

    /** The client goes away. */
    void drop() {
        loop.execute(() -> end(new Closed(Closed.Cause.REMOTE, "the client went away")));
        loop.run();
        sent.forEach(ByteBuf::release);
        sent.clear();
    }

    private void end(Closed why) {
        if (!closed) {
            closed = true;
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            handler.closed(this, why);
        }
    }

    @Override
    public TestLoop loop() {
        return loop;
    }

    @Override
    public String remoteAddress() {
        return "10.0.0.7:4711";
    }

    @Override
    public void send(ByteBuf frame) {
        if (closed) {
            frame.release();
        } else {
            sent.add(frame);
        }
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void setReading(boolean reading) {
        this.reading = reading;
        if (reading) {
            loop.execute(this::deliver);
        }
    }

    @Override
    public void close() {
        loop.execute(() -> end(new Closed(Closed.Cause.LOCAL, "closed")));
    }
}
