package io.flotilla.itests.real;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for what another process does: looks again and again until it is so, or fails with what was seen last. */
public final class Await {
    /** Long enough for anything that should happen soon, on the slowest machine that runs these tests. */
    public static final Duration SOON = Duration.ofSeconds(60);

    private static final long LOOK_MS = 50;

    private Await() {}

    /** Waits until the condition holds. What it throws counts as "not yet". */
    public static void until(String what, Callable<Boolean> condition) {
        until(SOON, () -> what, condition);
    }

    /**
     * Waits until the assertion passes.
     *
     * @throws AssertionError the assertion's own, when it still fails at the end
     */
    public static void untilAsserted(Assertion assertion) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (true) {
            try {
                assertion.check();
                return;
            } catch (Exception | AssertionError e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e instanceof AssertionError error ? error : new AssertionError(e);
                }
            }
            pause();
        }
    }

    /** @param what said when the limit has passed */
    public static void until(Duration limit, Supplier<String> what, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            pause();
        }
        throw new AssertionError("not within " + limit.toSeconds() + " s: " + what.get(), last);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Something that holds or throws. */
    @FunctionalInterface
    public interface Assertion {
        void check() throws Exception;
    }
}
