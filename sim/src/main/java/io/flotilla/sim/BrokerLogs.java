package io.flotilla.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Puts what simulated brokers log into the trace of the simulation that runs on the same thread. Brokers are many and logging is
 * slow, so this is for a seed that somebody wants to understand.
 */
final class BrokerLogs extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final String PRODUCT = "io.flotilla";

    private final SimWorld world;
    private final Thread thread = Thread.currentThread();
    private final Logger logger = (Logger) LoggerFactory.getLogger(PRODUCT);
    private final Level before = logger.getLevel();

    /** Begins to listen. */
    BrokerLogs(SimWorld world) {
        this.world = world;
        setContext(logger.getLoggerContext());
        start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (Thread.currentThread() == thread) {
            SimProcess process = world.current();
            String name = event.getLoggerName();
            world.trace()
                    .say(
                            world.now(),
                            (process == null ? "" : process.name() + ": ") + name.substring(name.lastIndexOf('.') + 1)
                                    + ": " + event.getFormattedMessage());
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(before);
        logger.setAdditive(true);
        stop();
    }
}
