package io.flotilla.broker.net;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.SystemClock;
import io.flotilla.broker.env.SystemRandom;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.log.fs.JdkFileSystem;

/** The world of a broker that runs in a process of its own: this machine's clock, network, disk and randomness. */
public final class RealEnvironment implements AutoCloseable {
    private final NettyScheduler scheduler;
    private final Environment environment;

    private RealEnvironment(NettyScheduler scheduler, Environment environment) {
        this.scheduler = scheduler;
        this.environment = environment;
    }

    /** Starts the broker's threads. */
    public static RealEnvironment open(BrokerConfig config, Metrics metrics) {
        NettyScheduler scheduler = new NettyScheduler(config.eventLoops(), config.get(BrokerProperties.NUM_IO_THREADS));
        NetworkLimits limits = new NetworkLimits(
                config.get(BrokerProperties.MAX_CONNECTIONS),
                config.get(BrokerProperties.CONNECTIONS_MAX_IDLE_MS),
                NetworkLimits.DEFAULT.backlog(),
                config.get(BrokerProperties.SOCKET_SEND_BUFFER),
                config.get(BrokerProperties.SOCKET_RECEIVE_BUFFER));
        return new RealEnvironment(
                scheduler,
                new Environment(
                        new SystemClock(),
                        scheduler,
                        new NettyNetwork(scheduler, limits, metrics),
                        new JdkFileSystem(),
                        new SystemRandom()));
    }

    public Environment environment() {
        return environment;
    }

    /** Ends all threads, after what is queued; not to be called on a loop. */
    @Override
    public void close() {
        scheduler.close();
    }
}
