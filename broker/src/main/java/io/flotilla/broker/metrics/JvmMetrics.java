package io.flotilla.broker.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.PooledByteBufAllocator;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.function.LongSupplier;

/** What is worth knowing of the process itself, under the names other Prometheus clients use for it. */
final class JvmMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private JvmMetrics() {}

    static void register(PrometheusRegistry registry) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        gauge(registry, "jvm_heap_used_bytes", "Heap in use", () -> memory.getHeapMemoryUsage()
                .getUsed());
        gauge(registry, "jvm_heap_max_bytes", "Most heap the process may use", () -> memory.getHeapMemoryUsage()
                .getMax());
        gauge(
                registry,
                "jvm_pooled_direct_bytes",
                "Memory outside the heap held by the network's buffer pool",
                () -> PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
        gauge(registry, "jvm_threads", "Threads", () -> ManagementFactory.getThreadMXBean()
                .getThreadCount());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            gauge(registry, "process_open_fds", "Open file descriptors", system::getOpenFileDescriptorCount);
            gauge(registry, "process_max_fds", "Most open file descriptors", system::getMaxFileDescriptorCount);
        }
        collections(registry);
    }

    private static void collections(PrometheusRegistry registry) {
        CounterWithCallback.builder()
                .name("jvm_gc_collections")
                .help("Garbage collections, by collector")
                .labelNames("gc")
                .callback(callback -> {
                    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
                        callback.call(gc.getCollectionCount(), gc.getName());
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("jvm_gc_seconds")
                .help("Time spent in garbage collection, by collector")
                .labelNames("gc")
                .callback(callback -> {
                    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
                        callback.call(gc.getCollectionTime() / MILLIS_PER_SECOND, gc.getName());
                    }
                })
                .register(registry);
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsLong()))
                .register(registry);
    }
}
