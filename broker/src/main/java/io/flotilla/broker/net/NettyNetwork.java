package io.flotilla.broker.net;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import io.flotilla.broker.metrics.Metrics;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TCP through Netty, on the loops of a {@link NettyScheduler}. */
public final class NettyNetwork implements Network {
    private static final Logger log = LoggerFactory.getLogger(NettyNetwork.class);
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final long LOG_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private final NettyScheduler scheduler;
    private final NetworkLimits limits;
    private final Metrics metrics;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong refusalLogged = new AtomicLong(System.nanoTime() - LOG_PAUSE_NANOS);

    public NettyNetwork(NettyScheduler scheduler, NetworkLimits limits, Metrics metrics) {
        this.scheduler = scheduler;
        this.limits = limits;
        this.metrics = metrics;
        metrics.connections.follow(accepted::get);
    }

    @Override
    public Listener listen(InetSocketAddress address, int maxFrameBytes, Supplier<ConnectionHandler> handlers)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(scheduler.group())
                .channel(scheduler.transport().serverChannel())
                .option(ChannelOption.SO_BACKLOG, limits.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, maxFrameBytes, handlers);
                    }
                });
        if (limits.sendBufferBytes() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, limits.sendBufferBytes());
        }
        if (limits.receiveBufferBytes() > 0) {
            // Of the listening socket, from which accepted ones have it: they offer a window before they are seen here.
            bootstrap.option(ChannelOption.SO_RCVBUF, limits.receiveBufferBytes());
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + NettyConnection.describe(address) + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        scheduler.channels().add(bound.channel());
        return new BoundListener(bound.channel());
    }

    @Override
    public void connect(InetSocketAddress address, int maxFrameBytes, EventLoop loop, ConnectionHandler handler) {
        if (!address.isUnresolved()) {
            connectResolved(address, maxFrameBytes, (NettyLoop) loop, handler);
            return;
        }
        // Looking up a name blocks.
        try {
            scheduler.blocking().execute(() -> lookUp(address, maxFrameBytes, loop, handler));
        } catch (RejectedExecutionException e) {
            loop.execute(() -> handler.closed(null, new Closed(Closed.Cause.LOCAL, "the broker stops")));
        }
    }

    private void lookUp(InetSocketAddress address, int maxFrameBytes, EventLoop loop, ConnectionHandler handler) {
        try {
            InetAddress host = InetAddress.getByName(address.getHostString());
            connectResolved(new InetSocketAddress(host, address.getPort()), maxFrameBytes, (NettyLoop) loop, handler);
        } catch (UnknownHostException e) {
            loop.execute(() -> handler.closed(
                    null, new Closed(Closed.Cause.UNREACHABLE, "unknown host " + address.getHostString())));
        }
    }

    private void connectResolved(
            InetSocketAddress address, int maxFrameBytes, NettyLoop loop, ConnectionHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.netty())
                .channel(scheduler.transport().channel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        start(channel, address, maxFrameBytes, loop, handler, 0);
                    }
                });
        bootstrap.connect(address).addListener((ChannelFuture connected) -> {
            if (!connected.isSuccess()) {
                handler.closed(null, whyNot(connected.cause()));
            }
        });
    }

    private static Closed whyNot(Throwable cause) {
        boolean refused = cause instanceof ConnectException
                && !(cause instanceof ConnectTimeoutException)
                && String.valueOf(cause.getMessage()).contains("refused");
        return new Closed(refused ? Closed.Cause.REFUSED : Closed.Cause.UNREACHABLE, cause.getMessage());
    }

    private void accept(SocketChannel channel, int maxFrameBytes, Supplier<ConnectionHandler> handlers) {
        int open = accepted.incrementAndGet();
        channel.closeFuture().addListener(closed -> accepted.decrementAndGet());
        InetSocketAddress remote = channel.remoteAddress();
        if (remote == null) {
            // Gone again before it was accepted.
            channel.close();
        } else if (open > limits.maxConnections()) {
            refuse(channel, remote);
        } else {
            metrics.connectionsAccepted.increment();
            NettyLoop loop = scheduler.loopOf(channel.eventLoop());
            start(channel, remote, maxFrameBytes, loop, handlers.get(), limits.maxIdleMs());
        }
    }

    private void refuse(SocketChannel channel, InetSocketAddress remote) {
        channel.close();
        metrics.connectionsRefused.increment();
        long now = System.nanoTime();
        long logged = refusalLogged.get();
        if (now - logged >= LOG_PAUSE_NANOS && refusalLogged.compareAndSet(logged, now)) {
            log.warn(
                    "Refusing connections, now from {}: {} are open, which is max.connections",
                    NettyConnection.describe(remote),
                    limits.maxConnections());
        }
    }

    private void start(
            SocketChannel channel,
            InetSocketAddress remote,
            int maxFrameBytes,
            NettyLoop loop,
            ConnectionHandler handler,
            long maxIdleMs) {
        scheduler.channels().add(channel);
        FrameReader reader = new FrameReader(maxFrameBytes);
        channel.config().setTcpNoDelay(true);
        channel.config().setKeepAlive(true);
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.config().setRecvByteBufAllocator(new FrameBuffers(reader));
        channel.config().setWriteBufferWaterMark(WATER_MARKS);
        channel.config().setMessageSizeEstimator(FileParts.SIZES);
        channel.pipeline().addLast(new NettyConnection(channel, remote, loop, handler, reader, maxIdleMs));
    }

    private record BoundListener(Channel channel) implements Listener {
        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
