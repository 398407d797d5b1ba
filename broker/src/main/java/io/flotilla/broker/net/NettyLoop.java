package io.flotilla.broker.net;

import io.flotilla.broker.env.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One of Netty's event loops: sockets and the broker's own tasks share its thread. */
final class NettyLoop implements EventLoop {
    private final io.netty.channel.EventLoop netty;

    NettyLoop(io.netty.channel.EventLoop netty) {
        this.netty = netty;
    }

    io.netty.channel.EventLoop netty() {
        return netty;
    }

    @Override
    public boolean inEventLoop() {
        return netty.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        netty.execute(task);
    }

    @Override
    public Timer schedule(Runnable task, long delayMs) {
        Future<?> scheduled = netty.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        return () -> scheduled.cancel(false);
    }
}
