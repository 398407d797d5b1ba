package io.flotilla.broker.cli.client;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Reads records of one topic from given positions on, which it moves along. Leaders are asked in turn, one fetch each, so
 * one that has nothing delays the others by its share of the wait. For one thread.
 */
public final class Fetcher {
    private static final int WAIT_MS = 500;
    private static final int MAX_BYTES = 8 << 20;
    private static final int PARTITION_BYTES = 1 << 20;
    private static final int MAX_DECOMPRESSED_BYTES = 256 << 20;

    private final KafkaClient client;
    private final String topicName;
    private final SortedMap<Integer, Long> positions = new TreeMap<>();
    private MetadataResponse.Topic topic;

    /** Takes one record at a time; its buffers are good during the call only. Says whether to go on. */
    @FunctionalInterface
    public interface RecordHandler {
        boolean handle(int partition, Record record);
    }

    public Fetcher(KafkaClient client, String topicName) {
        this.client = client;
        this.topicName = topicName;
        this.topic = client.topic(topicName, false);
    }

    /** All partitions of the topic. */
    public List<Integer> partitions() {
        return topic.partitions().stream()
                .map(MetadataResponse.Partition::partitionIndex)
                .sorted()
                .toList();
    }

    UUID topicId() {
        return topic.topicId();
    }

    /** Reads these partitions from these offsets, and no others. */
    public void assign(SortedMap<Integer, Long> offsets) {
        positions.clear();
        positions.putAll(offsets);
    }

    /** The next offset to read of each assigned partition. */
    public SortedMap<Integer, Long> positions() {
        return new TreeMap<>(positions);
    }

    /** Asks every leader once, and hands over what came until the handler has enough. */
    public void poll(RecordHandler handler) {
        client.retrying(() -> {
            try {
                pollLeaders(handler);
            } catch (ClientException e) {
                if (e.retriable()) {
                    topic = client.topic(topicName, false);
                }
                throw e;
            }
            return null;
        });
    }

    private void pollLeaders(RecordHandler handler) {
        SortedMap<Integer, List<Integer>> byLeader = new TreeMap<>();
        for (MetadataResponse.Partition partition : topic.partitions()) {
            if (positions.containsKey(partition.partitionIndex())) {
                byLeader.computeIfAbsent(partition.leaderId(), leader -> new ArrayList<>())
                        .add(partition.partitionIndex());
            }
        }
        for (var entry : byLeader.entrySet()) {
            int waitMs = WAIT_MS / byLeader.size();
            FetchResponse response = client.call(
                    entry.getKey(),
                    request(entry.getValue(), waitMs),
                    FetchResponse.class,
                    waitMs + client.timeoutMs());
            ClientException.check(response.errorCode(), "reading " + topicName, null);
            for (FetchResponse.Topic fetched : response.responses()) {
                for (FetchResponse.Partition partition : fetched.partitions()) {
                    if (!deliver(partition, handler)) {
                        return;
                    }
                }
            }
        }
    }

    private FetchRequest request(List<Integer> partitions, int waitMs) {
        return FetchRequest.builder()
                .maxWaitMs(waitMs)
                .minBytes(1)
                .maxBytes(MAX_BYTES)
                .topics(List.of(FetchRequest.Topic.builder()
                        .topic(topicName)
                        .topicId(topic.topicId())
                        .partitions(partitions.stream()
                                .map(partition -> FetchRequest.Partition.builder()
                                        .partition(partition)
                                        .fetchOffset(positions.get(partition))
                                        .partitionMaxBytes(PARTITION_BYTES)
                                        .build())
                                .toList())
                        .build()))
                .build();
    }

    private boolean deliver(FetchResponse.Partition fetched, RecordHandler handler) {
        int partition = fetched.partitionIndex();
        String name = topicName + "-" + partition;
        if (fetched.errorCode() == ErrorCode.OFFSET_OUT_OF_RANGE.code()) {
            throw ClientException.of(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "reading " + name,
                    "there is no offset " + positions.get(partition)
                            + "; --from-beginning starts with the first there is");
        }
        ClientException.check(fetched.errorCode(), "reading " + name, null);
        ByteBuf records = fetched.records();
        BatchCursor cursor = new BatchCursor();
        if (records == null) {
            return true;
        }
        cursor.wrap(records);
        while (true) {
            switch (cursor.next()) {
                case BATCH -> {
                    if (!deliver(partition, cursor.batch(), handler)) {
                        return false;
                    }
                }
                case END, TRUNCATED -> {
                    return true;
                }
                case MALFORMED ->
                    throw ClientException.fatal("reading " + name + ": the records are damaged: " + cursor.fault());
            }
        }
    }

    private boolean deliver(int partition, RecordBatch batch, RecordHandler handler) {
        if (!batch.isControl()) {
            Delivery delivery = new Delivery(partition, handler);
            try {
                Records.forEach(batch, MAX_DECOMPRESSED_BYTES, delivery::accept);
            } catch (InvalidBatchException e) {
                throw ClientException.fatal("reading " + topicName + "-" + partition + ": " + e.getMessage());
            }
            if (!delivery.goOn) {
                return false;
            }
        }
        positions.merge(partition, batch.nextOffset(), Math::max);
        return true;
    }

    /** Passes on what lies at or after the position; a batch may begin before it. */
    private final class Delivery {
        private final int partition;
        private final RecordHandler handler;
        private boolean goOn = true;

        Delivery(int partition, RecordHandler handler) {
            this.partition = partition;
            this.handler = handler;
        }

        void accept(Record record) {
            if (goOn && record.offset() >= positions.get(partition)) {
                goOn = handler.handle(partition, record);
                positions.put(partition, record.offset() + 1);
            }
        }
    }
}
