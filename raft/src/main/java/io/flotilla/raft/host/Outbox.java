package io.flotilla.raft.host;

import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.RaftMessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/**
 * Collects the messages of all groups of one shard and sends, once per turn of the shard's loop, one frame per peer: a
 * thousand groups cost one write. Large payloads are passed on as they are; small ones are copied next to their header,
 * which is cheaper than another buffer. Used on the shard's loop only.
 */
public final class Outbox {
    /** Payloads up to this size are copied into the frame's own buffer. */
    private static final int COPY_LIMIT = 2048;

    /** A frame is sent before the turn ends when it has grown past this, so that peers start early on large transfers. */
    private static final int SEND_EARLY_BYTES = 1 << 20;

    private final PeerTransport transport;
    private final Executor loop;
    private final ByteBufAllocator allocator;
    private final IntConsumer lost;
    private final Map<Integer, Batch> batches = new TreeMap<>();
    private boolean flushScheduled;

    /** @param lost told, with the node id, that a frame could not be sent: all in it is lost */
    public Outbox(PeerTransport transport, Executor loop, ByteBufAllocator allocator, IntConsumer lost) {
        this.transport = transport;
        this.loop = loop;
        this.allocator = allocator;
        this.lost = lost;
    }

    /**
     * Adds a message to the frame for this node.
     *
     * @param payload entries or snapshot of the message, or null; ownership passes
     */
    public void add(int node, GroupId group, RaftMessage message, ByteBuf payload) {
        Batch batch = batches.computeIfAbsent(node, n -> new Batch());
        batch.add(group, message, payload);
        if (batch.bytes() >= SEND_EARLY_BYTES) {
            send(node, batch);
        }
        scheduleFlush();
    }

    /** Sends a frame of its own, behind everything already collected for the node. */
    public void sendFrame(int node, ByteBuf frame) {
        Batch batch = batches.get(node);
        if (batch != null && batch.bytes() > 0) {
            send(node, batch);
        }
        if (!transport.send(node, frame)) {
            loop.execute(() -> lost.accept(node));
        }
    }

    private void scheduleFlush() {
        if (!flushScheduled) {
            flushScheduled = true;
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        batches.forEach((node, batch) -> {
            if (batch.bytes() > 0) {
                send(node, batch);
            }
        });
    }

    private void send(int node, Batch batch) {
        if (!transport.send(node, batch.take())) {
            loop.execute(() -> lost.accept(node));
        }
    }

    /** One frame under construction. */
    private final class Batch {
        private CompositeByteBuf parts;
        private ByteBuf tail;
        private int bytes;

        int bytes() {
            return bytes;
        }

        void add(GroupId group, RaftMessage message, ByteBuf payload) {
            if (tail == null) {
                tail = allocator.buffer(512);
                if (parts == null) {
                    tail.writeByte(PeerFrame.MESSAGES);
                }
            }
            int start = tail.writerIndex();
            group.write(tail);
            int lengthAt = tail.writerIndex();
            tail.writeInt(0);
            RaftMessageCodec.write(tail, message);
            tail.setInt(lengthAt, tail.writerIndex() - lengthAt - Integer.BYTES);
            int payloadBytes = payload == null ? 0 : payload.readableBytes();
            tail.writeInt(payloadBytes);
            bytes += tail.writerIndex() - start + payloadBytes;
            if (payload != null) {
                addPayload(payload, payloadBytes);
            }
        }

        private void addPayload(ByteBuf payload, int payloadBytes) {
            if (payloadBytes <= COPY_LIMIT) {
                tail.writeBytes(payload, payload.readerIndex(), payloadBytes);
                payload.release();
                return;
            }
            if (parts == null) {
                parts = allocator.compositeBuffer(1024);
            }
            parts.addComponent(true, tail);
            parts.addComponent(true, payload);
            tail = null;
        }

        ByteBuf take() {
            ByteBuf frame = tail;
            if (parts != null) {
                if (tail != null) {
                    parts.addComponent(true, tail);
                }
                frame = parts;
            }
            parts = null;
            tail = null;
            bytes = 0;
            return frame;
        }
    }
}
