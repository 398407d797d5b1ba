package io.flotilla.sim;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.EventLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One end of a connection. What is sent arrives at the other end in order and once, as TCP has it, up to where the connection
 * breaks; a frame of which only some bytes had arrived by then is as good as not sent.
 */
final class SimConnection implements Connection {
    private static final long HIGH_WATER_BYTES = 1 << 20;
    private static final long LOW_WATER_BYTES = 256 << 10;

    private final SimNetwork network;
    private final SimProcess process;
    private final SimLoop loop;
    private final String host;
    private final ConnectionHandler handler;
    /** Arrived, and not to be delivered before reading is resumed. */
    private final Queue<byte[]> unread = new ArrayDeque<>();
    /** Sent, and stuck where the way is blocked. */
    private final Queue<byte[]> stuck = new ArrayDeque<>();

    private SimConnection other;
    private long lastArrival;
    private long pendingBytes;
    private boolean full;
    private boolean reading = true;
    private boolean closed;
    /** What this end sent and has not arrived yet will not. */
    private boolean severed;

    SimConnection(SimNetwork network, SimProcess process, SimLoop loop, String host, ConnectionHandler handler) {
        this.network = network;
        this.process = process;
        this.loop = loop;
        this.host = host;
        this.handler = handler;
    }

    static void join(SimConnection one, SimConnection two) {
        one.other = two;
        two.other = one;
    }

    String host() {
        return host;
    }

    SimProcess process() {
        return process;
    }

    SimConnection other() {
        return other;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public ByteBufAllocator allocator() {
        return HeapAllocator.INSTANCE;
    }

    @Override
    public String remoteAddress() {
        return other.host + ":1";
    }

    @Override
    public void send(ByteBuf frame) {
        byte[] bytes = null;
        if (!closed && process.isAlive()) {
            bytes = new byte[frame.readableBytes()];
            frame.getBytes(frame.readerIndex(), bytes);
        }
        frame.release();
        if (bytes != null) {
            pendingBytes += bytes.length;
            full |= pendingBytes > HIGH_WATER_BYTES;
            lastArrival = network.arrival(this, lastArrival);
            byte[] sent = bytes;
            network.world().after(lastArrival - network.world().now(), () -> arrive(sent));
        }
    }

    private void arrive(byte[] bytes) {
        if (severed) {
            return;
        }
        if (!stuck.isEmpty() || network.isBlocked(this)) {
            stuck.add(bytes);
            return;
        }
        deliver(bytes);
    }

    /** The way is free again. */
    void unblocked() {
        for (byte[] bytes = stuck.poll(); bytes != null && !severed; bytes = stuck.poll()) {
            deliver(bytes);
        }
    }

    private void deliver(byte[] bytes) {
        pendingBytes -= bytes.length;
        if (full && pendingBytes < LOW_WATER_BYTES) {
            full = false;
            onLoop(() -> handler.writable(this));
        }
        other.receive(bytes);
    }

    private void receive(byte[] bytes) {
        if (closed || !process.isAlive()) {
            return;
        }
        network.world().trace().mix(bytes.length);
        loop.runNow(() -> {
            if (!reading || !unread.isEmpty()) {
                unread.add(bytes);
            } else if (!closed) {
                handler.frame(this, Unpooled.wrappedBuffer(bytes));
            }
        });
    }

    @Override
    public long pendingBytes() {
        return pendingBytes;
    }

    @Override
    public boolean isWritable() {
        return !full;
    }

    @Override
    public void setReading(boolean nowReading) {
        loop.execute(() -> {
            reading = nowReading;
            while (reading && !closed && !unread.isEmpty()) {
                handler.frame(this, Unpooled.wrappedBuffer(unread.remove()));
            }
        });
    }

    void opened() {
        loop.runNow(() -> {
            if (!closed) {
                handler.opened(this);
            }
        });
    }

    @Override
    public void close() {
        loop.execute(() -> {
            if (!closed) {
                end(new Closed(Closed.Cause.LOCAL, "closed by this side"));
                network.hangUp(this);
            }
        });
    }

    /** Nothing more that this end has sent will arrive. */
    void sever() {
        severed = true;
        stuck.clear();
    }

    /** This end notices that the connection is gone. */
    void lost(String why) {
        onLoop(() -> {
            if (!closed) {
                end(new Closed(Closed.Cause.REMOTE, why));
            }
        });
    }

    private void end(Closed why) {
        closed = true;
        unread.clear();
        handler.closed(this, why);
    }

    private void onLoop(Runnable task) {
        if (process.isAlive()) {
            loop.execute(task);
        }
    }
}
