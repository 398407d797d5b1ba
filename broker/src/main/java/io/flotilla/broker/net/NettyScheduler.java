package io.flotilla.broker.net;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Scheduler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event loops that are Netty's own, so a connection and a partition on the same loop meet without a change of thread, and a
 * bounded pool of threads for what blocks.
 */
public final class NettyScheduler implements Scheduler, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NettyScheduler.class);
    private static final long IDLE_THREAD_SECONDS = 30;
    private static final long SHUTDOWN_SECONDS = 5;

    private final NettyTransport transport;
    private final EventLoopGroup group;
    private final List<NettyLoop> loops = new ArrayList<>();
    private final ThreadPoolExecutor blocking;
    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    /**
     * @param loops event loops, each with a thread of its own
     * @param blockingThreads most threads that may block at once; they end when idle
     */
    public NettyScheduler(int loops, int blockingThreads) {
        this(NettyTransport.best(), loops, blockingThreads);
    }

    NettyScheduler(NettyTransport transport, int loops, int blockingThreads) {
        this.transport = transport;
        group = new MultiThreadIoEventLoopGroup(
                loops, new DefaultThreadFactory("flotilla-loop", true), transport.ioHandler());
        for (EventExecutor executor : group) {
            this.loops.add(new NettyLoop((io.netty.channel.EventLoop) executor));
        }
        blocking = new ThreadPoolExecutor(
                blockingThreads,
                blockingThreads,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("flotilla-blocking", true));
        blocking.allowCoreThreadTimeOut(true);
        log.info("{} event loops on {}, up to {} blocking threads", loops, transport.name(), blockingThreads);
    }

    @Override
    public int loops() {
        return loops.size();
    }

    @Override
    public EventLoop loop(int number) {
        return loops.get(number);
    }

    @Override
    public Executor blocking() {
        return blocking;
    }

    NettyTransport transport() {
        return transport;
    }

    EventLoopGroup group() {
        return group;
    }

    /** The loop that wraps this event loop of Netty's. */
    NettyLoop loopOf(io.netty.channel.EventLoop netty) {
        for (NettyLoop loop : loops) {
            if (loop.netty() == netty) {
                return loop;
            }
        }
        throw new IllegalArgumentException("not an event loop of this scheduler");
    }

    /** Everything open on these loops; whoever opens a channel adds it. */
    ChannelGroup channels() {
        return channels;
    }

    /**
     * Runs what is queued, which sends the answers that are on their way, closes all connections, and ends all threads; waits
     * a few seconds for that. Does nothing the second time. Not to be called on a loop.
     */
    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        blocking.shutdown();
        try {
            if (!blocking.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                log.warn("Blocking work did not end within {} s and is left behind", SHUTDOWN_SECONDS);
            }
            // A frame that another thread sends is a task of the loop, and its flush is another one.
            awaitTurn();
            awaitTurn();
            // The loops do not reliably close what is open on them when they end.
            channels.close().await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
            awaitTurn();
            group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until every loop has run what is queued on it now. */
    private void awaitTurn() throws InterruptedException {
        CountDownLatch turns = new CountDownLatch(loops.size());
        loops.forEach(loop -> loop.execute(turns::countDown));
        if (!turns.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
            log.warn("An event loop is stuck and is left behind");
        }
    }
}
