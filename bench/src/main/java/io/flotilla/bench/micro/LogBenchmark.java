package io.flotilla.bench.micro;

import io.flotilla.log.ReadResult;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.FetchResponse;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A batch of 16 records of 1 KB into the log and out of it, without the time that a disk takes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogBenchmark {
    private static final int RECORDS = 16;
    private static final short FETCH_VERSION = 17;

    private ByteBuf batch;
    private SteppedLog log;

    @Setup
    public void setUp() throws IOException {
        batch = Samples.batch(RECORDS, 1024);
        log = new SteppedLog(new CountedFiles(new MemoryFileSystem(), true));
        log.append(batch, 1);
    }

    @TearDown
    public void tearDown() {
        log.close();
        batch.release();
    }

    /** One copy stands for the one from the socket; then it is appended, written, synced, and reported durable. */
    @Benchmark
    public long append() {
        log.append(batch, 1);
        return log.durable();
    }

    /** Reads the newest batch from memory and makes the response of it. */
    @Benchmark
    public int assembleFetch() {
        long end = log.log().logEndOffset();
        ReadResult.Batches read = (ReadResult.Batches)
                log.log().fetch(end - RECORDS, end, 1 << 20, true).join();
        FetchResponse response = FetchResponse.builder()
                .responses(List.of(FetchResponse.Topic.builder()
                        .topicId(Samples.TOPIC_ID)
                        .partitions(List.of(FetchResponse.Partition.builder()
                                .highWatermark(end)
                                .lastStableOffset(end)
                                .logStartOffset(0)
                                .abortedTransactions(null)
                                .records(read.bytes())
                                .build()))
                        .build()))
                .build();
        ByteBuf frame = FrameEncoder.response(Samples.ALLOCATOR, response, FETCH_VERSION, 1);
        int bytes = frame.readableBytes();
        frame.release();
        return bytes;
    }
}
