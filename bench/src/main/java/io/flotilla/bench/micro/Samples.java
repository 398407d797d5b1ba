package io.flotilla.bench.micro;

import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Batches and messages as clients send them. */
final class Samples {
    static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;
    static final UUID TOPIC_ID = new UUID(1, 2);
    static final long TIMESTAMP = 1_700_000_000_000L;

    private static final int METADATA_PARTITIONS = 100;

    private Samples() {}

    /** A batch of so many records in memory outside the heap, like one that came from a socket. */
    static ByteBuf batch(int records, int recordBytes) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(ALLOCATOR)) {
            byte[] value = new byte[recordBytes];
            for (int i = 0; i < records; i++) {
                builder.append(TIMESTAMP + i, null, value);
            }
            ByteBuf built = builder.build();
            ByteBuf direct = ALLOCATOR.directBuffer(built.readableBytes()).writeBytes(built);
            built.release();
            return direct;
        }
    }

    /** Its parts are those of an idle consumer of six partitions. */
    static FetchRequest fetchRequest() {
        return FetchRequest.builder()
                .maxWaitMs(500)
                .minBytes(1)
                .topics(List.of(FetchRequest.Topic.builder()
                        .topicId(TOPIC_ID)
                        .partitions(IntStream.range(0, 6)
                                .mapToObj(partition -> FetchRequest.Partition.builder()
                                        .partition(partition)
                                        .fetchOffset(1_000)
                                        .partitionMaxBytes(1 << 20)
                                        .build())
                                .toList())
                        .build()))
                .forgottenTopicsData(List.of())
                .rackId("")
                .build();
    }

    static ProduceRequest produceRequest(ByteBuf batch) {
        return ProduceRequest.builder()
                .transactionalId(null)
                .acks((short) -1)
                .timeoutMs(30_000)
                .topicData(List.of(ProduceRequest.Topic.builder()
                        .topicId(TOPIC_ID)
                        .partitionData(List.of(ProduceRequest.Partition.builder()
                                .index(0)
                                .records(batch)
                                .build()))
                        .build()))
                .build();
    }

    static MetadataResponse metadataResponse() {
        List<Integer> nodes = List.of(1, 2, 3);
        return MetadataResponse.builder()
                .brokers(nodes.stream()
                        .map(id -> MetadataResponse.Broker.builder()
                                .nodeId(id)
                                .host("127.0.0.1")
                                .port(9092 + id)
                                .build())
                        .toList())
                .clusterId("cluster")
                .topics(List.of(MetadataResponse.Topic.builder()
                        .name("topic")
                        .topicId(TOPIC_ID)
                        .partitions(IntStream.range(0, METADATA_PARTITIONS)
                                .mapToObj(partition -> MetadataResponse.Partition.builder()
                                        .partitionIndex(partition)
                                        .leaderId(1)
                                        .replicaNodes(nodes)
                                        .isrNodes(nodes)
                                        .offlineReplicas(List.of())
                                        .build())
                                .toList())
                        .build()))
                .build();
    }
}
