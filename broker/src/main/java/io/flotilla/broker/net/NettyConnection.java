package io.flotilla.broker.net;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.EventLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket. Frames sent on the loop go to Netty at once and are flushed when the loop's turn ends; frames sent from other
 * threads are queued, and the first of them wakes the loop for all.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {
    private static final Logger log = LoggerFactory.getLogger(NettyConnection.class);
    /** How long a closing connection may take to send what is queued. */
    private static final long LINGER_SECONDS = 5;

    private final Channel channel;
    private final NettyLoop loop;
    private final ConnectionHandler handler;
    private final FrameReader reader;
    /** Nanoseconds without a byte in either direction after which the connection is closed; 0 for never. */
    private final long maxIdleNanos;

    private final String remoteAddress;

    private final Queue<ByteBuf> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean wakeUp = new AtomicBoolean();
    private final Runnable drainAndFlush = this::drainAndFlush;
    private final Runnable flush = this::flush;
    private final FrameReader.Flow flow = this::takesFrames;
    private final Consumer<ByteBuf> deliverFrame = this::deliverFrame;

    /** True from the decision to close, whoever made it; the loop's, but read by senders. */
    private volatile boolean closing;

    private Closed why = new Closed(Closed.Cause.REMOTE, "closed by the other side");
    private boolean reading = true;
    private boolean delivering;
    private boolean flushScheduled;
    private long lastActivity = System.nanoTime();
    /** Closes the connection when idle, or when lingering; null when neither is due. */
    private Future<?> timer;

    NettyConnection(
            Channel channel,
            InetSocketAddress remote,
            NettyLoop loop,
            ConnectionHandler handler,
            FrameReader reader,
            long maxIdleMs) {
        this.channel = channel;
        this.remoteAddress = describe(remote);
        this.loop = loop;
        this.handler = handler;
        this.reader = reader;
        this.maxIdleNanos = TimeUnit.MILLISECONDS.toNanos(maxIdleMs);
    }

    static String describe(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void send(ByteBuf frame) {
        if (closing) {
            frame.release();
        } else if (loop.inEventLoop()) {
            drain();
            write(frame);
            scheduleFlush();
        } else {
            queuedBytes.addAndGet(FrameReader.LENGTH_BYTES + frame.readableBytes());
            queue.add(frame);
            wake();
        }
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return queuedBytes.get() + (outbound == null ? 0 : outbound.totalPendingWriteBytes());
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void setReading(boolean reading) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> setReading(reading));
        } else if (this.reading != reading) {
            this.reading = reading;
            if (reading) {
                // In a turn of its own: the caller may be in the middle of something, and frames may be waiting here.
                loop.execute(this::resume);
            } else {
                channel.config().setAutoRead(false);
            }
        }
    }

    @Override
    public void close() {
        if (loop.inEventLoop()) {
            close(new Closed(Closed.Cause.LOCAL, "closed by this side"));
        } else {
            loop.execute(this::close);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (maxIdleNanos > 0) {
            scheduleIdleCheck(maxIdleNanos);
        }
        handler.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closing) {
            ((ByteBuf) message).release();
            return;
        }
        reader.received(channel.alloc(), (ByteBuf) message);
        deliver();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable() && !closing) {
            handler.writable(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        reader.close();
        releaseQueue();
        if (timer != null) {
            timer.cancel(false);
        }
        handler.closed(this, why);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            abort(new Closed(Closed.Cause.REMOTE, String.valueOf(cause.getMessage())));
        } else {
            log.error("Connection with {} closed by an unexpected failure", remoteAddress, cause);
            abort(new Closed(Closed.Cause.LOCAL, cause.toString()));
        }
    }

    private void deliver() {
        delivering = true;
        lastActivity = System.nanoTime();
        try {
            reader.deliver(channel.alloc(), flow, deliverFrame);
        } catch (FrameReader.BadFrameException e) {
            log.warn("Closing the connection with {}: {}", remoteAddress, e.getMessage());
            close(new Closed(Closed.Cause.LOCAL, e.getMessage()));
        } finally {
            delivering = false;
        }
    }

    private boolean takesFrames() {
        return reading && !closing;
    }

    private void deliverFrame(ByteBuf frame) {
        handler.frame(this, frame);
    }

    private void resume() {
        if (reading && !closing) {
            deliver();
            flush();
            // Only now, and only if no delivery has stopped reading again.
            channel.config().setAutoRead(reading);
        }
    }

    private void close(Closed why) {
        if (closing) {
            return;
        }
        drain();
        closing = true;
        this.why = why;
        reader.close();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (timer != null) {
            timer.cancel(false);
        }
        timer = loop.netty().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    }

    private void abort(Closed why) {
        if (!closing) {
            closing = true;
            this.why = why;
        }
        channel.close();
    }

    private void wake() {
        if (wakeUp.compareAndSet(false, true)) {
            try {
                loop.execute(drainAndFlush);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and this connection with it: nobody but the senders is left to empty the queue.
                releaseQueue();
            }
        }
    }

    private void drainAndFlush() {
        wakeUp.set(false);
        drain();
        flush();
    }

    private void drain() {
        if (closing) {
            releaseQueue();
            return;
        }
        for (ByteBuf frame = queue.poll(); frame != null; frame = queue.poll()) {
            queuedBytes.addAndGet(-(FrameReader.LENGTH_BYTES + frame.readableBytes()));
            write(frame);
        }
    }

    private void releaseQueue() {
        for (ByteBuf frame = queue.poll(); frame != null; frame = queue.poll()) {
            frame.release();
        }
    }

    private void write(ByteBuf frame) {
        ByteBuf length = channel.alloc().ioBuffer(FrameReader.LENGTH_BYTES, FrameReader.LENGTH_BYTES);
        channel.write(length.writeInt(frame.readableBytes()), channel.voidPromise());
        if (FileParts.areIn(frame)) {
            FileParts.split(frame, channel.alloc(), part -> channel.write(part, channel.voidPromise()));
        } else {
            channel.write(frame, channel.voidPromise());
        }
    }

    private void scheduleFlush() {
        if (!delivering && !flushScheduled) {
            flushScheduled = true;
            loop.execute(flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        if (channel.unsafe().outboundBuffer() != null
                && !channel.unsafe().outboundBuffer().isEmpty()) {
            lastActivity = System.nanoTime();
        }
        channel.flush();
    }

    private void scheduleIdleCheck(long delayNanos) {
        timer = loop.netty().schedule(this::checkIdle, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        long left = maxIdleNanos - (System.nanoTime() - lastActivity);
        if (left > 0) {
            scheduleIdleCheck(left);
        } else {
            close(new Closed(Closed.Cause.LOCAL, "idle for too long"));
        }
    }
}
