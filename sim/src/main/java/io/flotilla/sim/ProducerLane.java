package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProduceResponse;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One producer's way to one partition: a few batches under way to its leader at a time, in order. It goes on with the next
 * leader while the last one still owes it answers. When a batch is not acknowledged, all such are sent again in the same order
 * once nothing is under way any more, as Kafka's producer does.
 */
final class ProducerLane {
    private static final int MOST_UNDER_WAY = 4;
    private static final int MOST_UNACKNOWLEDGED = 16;
    /** How many of its turns it takes for one on which it asks who leads, whether there is trouble or not. */
    private static final int ASKS_ONE_IN = 16;

    private static final long TIMEOUT_MS = 2_500;
    private static final long BACKOFF_MS = 60;
    private static final int MOST_BACKOFF_MS = 3_000;

    /** A batch that is not acknowledged yet. */
    private static final class Batch {
        final int sequence;
        final List<String> keys;
        /** For each record of a compacted topic, the same whenever it is sent. */
        final List<Event.Keyed> keyed;

        Batch(int sequence, List<String> keys, List<Event.Keyed> keyed) {
            this.sequence = sequence;
            this.keys = keys;
            this.keyed = keyed;
        }
    }

    private final ProducerWorkload producer;
    private final Partition partition;
    private final Deque<Batch> unacknowledged = new ArrayDeque<>();
    /** Requests that wait for an answer, by broker. */
    private final Map<Integer, Integer> underWay = new HashMap<>();

    private boolean troubled;
    private int sequence;
    private String trouble = "nothing was answered yet";

    ProducerLane(ProducerWorkload producer, Partition partition) {
        this.producer = producer;
        this.partition = partition;
    }

    Partition partition() {
        return partition;
    }

    boolean isEmpty() {
        return unacknowledged.isEmpty();
    }

    /** The last thing that went wrong. */
    String trouble() {
        return trouble;
    }

    /** Writes another batch now and then. */
    void produce() {
        producer.client().after(producer.pauseMs(), this::produce);
        if (producer.random().nextInt(ASKS_ONE_IN) == 0) {
            producer.refresh();
        }
        boolean room = unacknowledged.size() < MOST_UNACKNOWLEDGED
                && underWay.getOrDefault(producer.directory().leader(partition), 0) < MOST_UNDER_WAY;
        if (!troubled && room && producer.takeTurn()) {
            Batch batch = newBatch();
            unacknowledged.add(batch);
            send(batch);
        }
    }

    private Batch newBatch() {
        int count = 1 + producer.random().nextInt(3);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(producer.client().name() + "/" + partition + "/" + (sequence + i));
        }
        List<Event.Keyed> keyed = KeyedRecords.isKeyed(partition.topic())
                ? KeyedRecords.draw(partition, keys, producer.random())
                : List.of();
        Batch batch = new Batch(sequence, keys, keyed);
        sequence += count;
        keys.forEach(
                key -> producer.record(new Event.SendInvoked(producer.client().name(), partition, key)));
        keyed.forEach(producer::record);
        return batch;
    }

    private void send(Batch batch) {
        int leader = producer.directory().leader(partition);
        if (leader < 0 || producer.directory().topicId(partition.topic()) == null) {
            failed("no leader is known");
            return;
        }
        underWay.merge(leader, 1, Integer::sum);
        producer.client().call(leader, request(batch), ProduceResponse.class, TIMEOUT_MS, response -> {
            underWay.computeIfPresent(leader, (broker, requests) -> requests > 1 ? requests - 1 : null);
            answered(batch, response);
        });
    }

    private ProduceRequest request(Batch batch) {
        return ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(2_000)
                .topicData(List.of(ProduceRequest.Topic.builder()
                        .name(partition.topic())
                        .topicId(producer.directory().topicId(partition.topic()))
                        .partitionData(List.of(ProduceRequest.Partition.builder()
                                .index(partition.number())
                                .records(encode(batch))
                                .build()))
                        .build()))
                .build();
    }

    private ByteBuf encode(Batch batch) {
        long now = producer.client().process().millis();
        byte[] value = new byte[20 + producer.random().nextInt(300)];
        try (RecordBatchBuilder builder = new RecordBatchBuilder(HeapAllocator.INSTANCE)) {
            builder.producer(producer.producerId(), producer.epoch(), batch.sequence);
            for (Event.Keyed record : batch.keyed) {
                KeyedRecords.append(builder, now, record, value);
            }
            for (String key : batch.keyed.isEmpty() ? batch.keys : List.<String>of()) {
                builder.append(now, key.getBytes(StandardCharsets.UTF_8), value);
            }
            return builder.build();
        }
    }

    private void answered(Batch batch, ProduceResponse response) {
        if (response == null) {
            failed("no answer");
            return;
        }
        ProduceResponse.Partition answer =
                response.responses().get(0).partitionResponses().get(0);
        boolean keptBefore = answer.errorCode() == ErrorCode.DUPLICATE_SEQUENCE_NUMBER.code();
        if (answer.errorCode() != ErrorCode.NONE.code() && !keptBefore) {
            failed(ErrorCode.of(answer.errorCode()).toString());
            return;
        }
        if (unacknowledged.remove(batch)) {
            for (int i = 0; i < batch.keys.size(); i++) {
                String name = producer.client().name();
                String key = batch.keys.get(i);
                producer.record(
                        keptBefore
                                ? new Event.SendKept(name, partition, key)
                                : new Event.SendAcknowledged(name, partition, key, answer.baseOffset() + i));
            }
        }
        resendWhenQuiet();
    }

    private void failed(String why) {
        trouble = why;
        troubled = true;
        producer.directory().forget(partition);
        resendWhenQuiet();
    }

    /** Mostly short; long enough now and then for another leader to come and go meanwhile. */
    private long backoffMs() {
        return producer.random().nextInt(4) > 0
                ? BACKOFF_MS
                : BACKOFF_MS + producer.random().nextInt(MOST_BACKOFF_MS);
    }

    /** Sends everything again, once no answer is awaited any more. */
    private void resendWhenQuiet() {
        if (troubled && underWay.isEmpty()) {
            producer.refresh();
            producer.client().after(backoffMs(), () -> {
                if (troubled && underWay.isEmpty()) {
                    troubled = false;
                    List.copyOf(unacknowledged).forEach(batch -> {
                        if (!troubled) {
                            send(batch);
                        }
                    });
                }
            });
        }
    }
}
