package io.flotilla.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.EnumSet;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Which runs tests play, and quiet while they do: simulated brokers have much to log. */
final class Seeds implements BeforeAllCallback, AfterAllCallback {
    private static final int SECONDS = 6;
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.flotilla");

    private Level before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LOG.setLevel(before);
    }

    /** Most clusters have three brokers; of every four seeds one has four or five. */
    static SimOptions options(long seed) {
        int brokers = seed % 4 == 0 ? 4 + (int) (seed / 4 % 2) : 3;
        return new SimOptions(seed, brokers, EnumSet.allOf(Fault.class), SECONDS, false);
    }

    static String report(SimResult result) {
        return result.options().command() + "\n"
                + (result.passed() ? "passed" : result.failure().getMessage());
    }
}
