package io.flotilla.bench.micro;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much Java memory operations allocate. */
final class Allocations {
    private static final int WARM_UP = 5_000;
    private static final int COUNTED = 2_000;
    private static final int TRIES = 5;

    private Allocations() {}

    @FunctionalInterface
    interface Operation {
        Object run() throws Exception;
    }

    /**
     * Bytes allocated by this thread per operation once all classes are loaded and all pools filled: the least of some tries,
     * as what a JVM does now and then besides is not the operation's.
     */
    static long perOperation(Operation operation) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        run(operation, WARM_UP);
        for (int i = 0; i < TRIES; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(operation, COUNTED);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / COUNTED;
    }

    private static void run(Operation operation, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            if (operation.run() == null) {
                throw new AssertionError("an operation gave nothing");
            }
        }
    }
}
