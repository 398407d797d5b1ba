package io.flotilla.bench.micro;

import io.flotilla.raft.host.NodeMonitor;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One round of heartbeats between two brokers, whatever number of groups they share. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeartbeatBenchmark {
    private static final long TIMEOUT_MS = 1_000;
    private static final long INTERVAL_MS = 100;

    private NodeMonitor one;
    private NodeMonitor two;
    private long now;
    private long frames;

    @Setup
    public void setUp() {
        one = new NodeMonitor(11, TIMEOUT_MS, (node, frame) -> deliver(1, frame), Samples.ALLOCATOR, new Ignoring());
        two = new NodeMonitor(22, TIMEOUT_MS, (node, frame) -> deliver(2, frame), Samples.ALLOCATOR, new Ignoring());
        one.linkUp(2, now);
        two.linkUp(1, now);
        round();
        round();
    }

    private boolean deliver(int from, ByteBuf frame) {
        frames++;
        (from == 1 ? two : one).receive(from, frame, now);
        frame.release();
        return true;
    }

    private static final class Ignoring implements NodeMonitor.Listener {
        @Override
        public void nodeUp(int node) {}

        @Override
        public void nodeDown(int node) {}
    }

    /** Returns the frames sent so far. */
    @Benchmark
    public long round() {
        now += INTERVAL_MS;
        one.tick(now);
        two.tick(now);
        return frames;
    }
}
