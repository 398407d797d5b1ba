package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An allocator of a test's own, which fails the test if buffers from it are left unreleased. */
final class Buffers implements AfterEachCallback {
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    @Override
    public void afterEach(ExtensionContext context) {
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes of unreleased buffers")
                .isZero();
    }
}
