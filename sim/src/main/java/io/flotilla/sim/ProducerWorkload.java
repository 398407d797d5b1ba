package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.InitProducerIdRequest;
import io.flotilla.wire.message.InitProducerIdResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * An idempotent producer (KIP-98) that writes to every partition of its topics, several batches on the way at a time, and tries
 * each until it is acknowledged.
 */
final class ProducerWorkload implements Workload {
    private static final long TIMEOUT_MS = 3_000;
    private static final int LAST_BATCHES = 3;

    private final SimClient client;
    private final History history;
    private final Directory directory;
    private final List<String> topics;
    private final List<ProducerLane> lanes = new ArrayList<>();
    private final RandomGenerator random;
    private final int pauseMs;
    private long producerId = -1;
    private short epoch = -1;
    private int batchesLeft = Integer.MAX_VALUE;

    /** @param pauseMs time between batches to one partition, about */
    ProducerWorkload(SimClient client, History history, int brokers, List<String> topics, int partitions, int pauseMs) {
        this.client = client;
        this.history = history;
        this.topics = topics;
        this.pauseMs = pauseMs;
        this.directory = new Directory(client, brokers);
        this.random = client.process().newGenerator();
        for (String topic : topics) {
            for (int i = 0; i < partitions; i++) {
                lanes.add(new ProducerLane(this, new Partition(topic, i)));
            }
        }
    }

    @Override
    public void start() {
        client.after(random.nextInt(50), this::askForId);
    }

    private void askForId() {
        directory.refresh(topics);
        InitProducerIdRequest request =
                InitProducerIdRequest.builder().transactionalId(null).build();
        client.call(directory.anyBroker(), request, InitProducerIdResponse.class, TIMEOUT_MS, answer -> {
            if (answer != null && answer.errorCode() == ErrorCode.NONE.code()) {
                producerId = answer.producerId();
                epoch = answer.producerEpoch();
                lanes.forEach(ProducerLane::produce);
            } else {
                client.after(100, this::askForId);
            }
        });
    }

    @Override
    public void conclude() {
        batchesLeft = LAST_BATCHES * lanes.size();
    }

    @Override
    public String unfinished() {
        for (ProducerLane lane : lanes) {
            if (batchesLeft > 0 || !lane.isEmpty()) {
                return client.name() + " still writes to " + lane.partition() + ": " + lane.trouble();
            }
        }
        return null;
    }

    /** Whether there is another batch to be written. */
    boolean takeTurn() {
        return batchesLeft == Integer.MAX_VALUE || batchesLeft-- > 0;
    }

    SimClient client() {
        return client;
    }

    Directory directory() {
        return directory;
    }

    RandomGenerator random() {
        return random;
    }

    long producerId() {
        return producerId;
    }

    short epoch() {
        return epoch;
    }

    int pauseMs() {
        return pauseMs / 2 + random.nextInt(pauseMs);
    }

    void refresh() {
        directory.refresh(topics);
    }

    void record(Event event) {
        history.add(event);
    }
}
