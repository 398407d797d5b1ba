package io.flotilla.broker;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves pooled buffers behind. Unlike leak detection it does not depend on the garbage collector. Register
 * it before whatever closes connections, so that it looks last.
 */
public final class NoLeaks implements BeforeEachCallback, AfterEachCallback {
    private long before;

    @Override
    public void beforeEach(ExtensionContext context) {
        before = inUse();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Await.until(
                "all pooled buffers are released; " + inUse() + " bytes are in use, " + before + " were before",
                () -> inUse() <= before);
    }

    /** Bytes of pooled buffers that are not released. */
    public static long inUse() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() + PooledByteBufAllocator.DEFAULT.pinnedHeapMemory();
    }
}
