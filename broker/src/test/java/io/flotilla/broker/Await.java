package io.flotilla.broker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about. */
public final class Await {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Await() {}

    /** Returns as soon as the condition holds; fails, naming it, when that takes too long. */
    public static void until(String what, BooleanSupplier condition) {
        long giveUpAt = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - giveUpAt > 0) {
                throw new AssertionError("did not happen in time: " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}
