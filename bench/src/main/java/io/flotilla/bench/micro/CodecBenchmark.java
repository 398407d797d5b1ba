package io.flotilla.bench.micro;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.MetadataResponse;
import io.netty.buffer.ByteBuf;
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

/** Requests from their bytes, and responses to bytes; each with its header. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private static final short PRODUCE_VERSION = 13;
    private static final short FETCH_VERSION = 17;
    private static final short METADATA_VERSION = 13;
    private static final int FETCHED_PARTITIONS = 6;

    private ByteBuf records;
    private ByteBuf produceFrame;
    private ByteBuf fetchFrame;
    private MetadataResponse metadata;

    @Setup
    public void setUp() {
        records = Samples.batch(16, 1024);
        produceFrame = frame(FrameEncoder.request(
                Samples.ALLOCATOR, Samples.produceRequest(records.retain()), PRODUCE_VERSION, 1, "producer-1"));
        fetchFrame =
                frame(FrameEncoder.request(Samples.ALLOCATOR, Samples.fetchRequest(), FETCH_VERSION, 1, "consumer-1"));
        metadata = Samples.metadataResponse();
    }

    /** One buffer outside the heap, as the network hands frames over. */
    private static ByteBuf frame(ByteBuf parts) {
        ByteBuf frame = Samples.ALLOCATOR.directBuffer(parts.readableBytes()).writeBytes(parts);
        parts.release();
        return frame;
    }

    @TearDown
    public void tearDown() {
        records.release();
        produceFrame.release();
        fetchFrame.release();
    }

    @Benchmark
    public Message decodeProduceRequest() {
        return decode(produceFrame, ApiKey.PRODUCE, PRODUCE_VERSION);
    }

    @Benchmark
    public Message decodeFetchRequest() {
        return decode(fetchFrame, ApiKey.FETCH, FETCH_VERSION);
    }

    private static Message decode(ByteBuf frame, ApiKey api, short version) {
        frame.readerIndex(0);
        Frames.readRequestHeader(frame);
        return api.readRequest(frame, version);
    }

    /** Six partitions of which one has a batch of 16 KB. */
    @Benchmark
    public int encodeFetchResponse() {
        FetchResponse.Partition[] partitions = new FetchResponse.Partition[FETCHED_PARTITIONS];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = FetchResponse.Partition.builder()
                    .partitionIndex(i)
                    .highWatermark(1_016)
                    .lastStableOffset(1_016)
                    .logStartOffset(0)
                    .abortedTransactions(null)
                    .records(i == 0 ? records.retain() : null)
                    .build();
        }
        FetchResponse response = FetchResponse.builder()
                .responses(List.of(FetchResponse.Topic.builder()
                        .topicId(Samples.TOPIC_ID)
                        .partitions(List.of(partitions))
                        .build()))
                .build();
        return released(FrameEncoder.response(Samples.ALLOCATOR, response, FETCH_VERSION, 1));
    }

    /** A topic of a hundred partitions. */
    @Benchmark
    public int encodeMetadataResponse() {
        return released(FrameEncoder.response(Samples.ALLOCATOR, metadata, METADATA_VERSION, 1));
    }

    private static int released(ByteBuf frame) {
        int bytes = frame.readableBytes();
        frame.release();
        return bytes;
    }
}
