package io.flotilla.bench.micro;

import io.flotilla.wire.record.BatchCheck;
import io.flotilla.wire.record.BatchLimits;
import io.flotilla.wire.record.BatchValidator;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a broker looks at in each batch: its checksum, and all that is checked before it is appended. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {
    @Param({"1", "16", "64"})
    public int records = 16;

    private final RecordBatch view = new RecordBatch();
    private final BatchValidator validator = new BatchValidator();
    private final BatchLimits limits = BatchLimits.ofSize(2 << 20, 2 << 20);
    private ByteBuf batch;

    @Setup
    public void setUp() {
        batch = Samples.batch(records, 1024);
    }

    @TearDown
    public void tearDown() {
        batch.release();
    }

    @Benchmark
    public boolean crc() {
        return view.wrap(batch, batch.readerIndex()).isCrcValid();
    }

    @Benchmark
    public BatchCheck validate() {
        return validator.validate(batch, limits, Samples.TIMESTAMP);
    }
}
