package io.flotilla.broker.cli.client;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.InitProducerIdRequest;
import io.flotilla.wire.message.InitProducerIdResponse;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProduceResponse;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes records to one topic, a batch per partition at a time, each tried until it is acknowledged. With acks=all it is
 * idempotent (KIP-98): trying again writes nothing twice. For one thread.
 */
public final class Producer implements AutoCloseable {
    private static final int BATCH_BYTES = 64 * 1024;
    private static final short ALL = -1;

    private final KafkaClient client;
    private final String topicName;
    private final short acks;
    private final Compression compression;
    private final Partitioner partitioner;
    private final SortedMap<Integer, RecordBatchBuilder> open = new TreeMap<>();
    private final SortedMap<Integer, Integer> sequences = new TreeMap<>();
    private MetadataResponse.Topic topic;
    private long producerId = -1;
    private short producerEpoch = -1;
    private long acknowledged;

    /**
     * Looks for the topic, and lets it be made when the cluster allows that.
     *
     * @param acks -1 for all, 1 or 0
     */
    public Producer(KafkaClient client, String topicName, short acks, Compression compression) {
        this.client = client;
        this.topicName = topicName;
        this.acks = acks;
        this.compression = compression;
        this.topic = client.topic(topicName, true);
        this.partitioner = new Partitioner(topic.partitions().size(), (int) System.nanoTime());
        if (acks == ALL) {
            becomeIdempotent();
        }
    }

    private void becomeIdempotent() {
        InitProducerIdRequest request =
                InitProducerIdRequest.builder().transactionalId(null).build();
        InitProducerIdResponse response = client.retrying(() -> {
            InitProducerIdResponse answer = client.call(request, InitProducerIdResponse.class);
            ClientException.check(answer.errorCode(), "asking for a producer id", null);
            return answer;
        });
        producerId = response.producerId();
        producerEpoch = response.producerEpoch();
    }

    /** Adds a record, and sends its partition's batch when that is full. */
    public void add(byte[] key, byte[] value) {
        int partition = partitioner.partition(key);
        RecordBatchBuilder batch = open.computeIfAbsent(partition, this::newBatch);
        batch.append(System.currentTimeMillis(), key, value);
        if (batch.sizeInBytes() >= BATCH_BYTES) {
            open.remove(partition);
            send(partition, batch);
        }
    }

    /** Sends everything that was added and waits for the acknowledgements. */
    public void flush() {
        while (!open.isEmpty()) {
            int partition = open.firstKey();
            send(partition, open.remove(partition));
        }
    }

    /** Records acknowledged so far; with acks=0, records sent. */
    public long acknowledged() {
        return acknowledged;
    }

    private RecordBatchBuilder newBatch(int partition) {
        RecordBatchBuilder batch = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT).compression(compression);
        return producerId < 0 ? batch : batch.producer(producerId, producerEpoch, sequences.getOrDefault(partition, 0));
    }

    private void send(int partition, RecordBatchBuilder builder) {
        int count = builder.recordCount();
        ByteBuf batch = builder.build();
        try {
            client.retrying(() -> {
                attempt(partition, batch);
                return null;
            });
        } finally {
            batch.release();
        }
        sequences.merge(partition, count, Integer::sum);
        acknowledged += count;
        partitioner.nextBatch();
    }

    private void attempt(int partition, ByteBuf batch) {
        try {
            ProduceRequest request = ProduceRequest.builder()
                    .acks(acks)
                    .timeoutMs(client.timeoutMs())
                    .topicData(List.of(ProduceRequest.Topic.builder()
                            .name(topicName)
                            .topicId(topic.topicId())
                            .partitionData(List.of(ProduceRequest.Partition.builder()
                                    .index(partition)
                                    .records(batch)
                                    .build()))
                            .build()))
                    .build();
            int leader = topic.partitions().stream()
                    .filter(candidate -> candidate.partitionIndex() == partition)
                    .findFirst()
                    .orElseThrow()
                    .leaderId();
            if (acks == 0) {
                client.send(leader, request);
                return;
            }
            ProduceResponse.Partition answer = client.call(leader, request, ProduceResponse.class)
                    .responses()
                    .get(0)
                    .partitionResponses()
                    .get(0);
            // A duplicate is what an earlier attempt wrote whose acknowledgement was lost.
            if (answer.errorCode() != ErrorCode.DUPLICATE_SEQUENCE_NUMBER.code()) {
                ClientException.check(
                        answer.errorCode(), "writing to " + topicName + "-" + partition, answer.errorMessage());
            }
        } catch (ClientException e) {
            if (e.retriable()) {
                topic = client.topic(topicName, false);
            }
            throw e;
        }
    }

    /** Throws away what was added and not sent. */
    @Override
    public void close() {
        open.values().forEach(RecordBatchBuilder::close);
        open.clear();
    }
}
