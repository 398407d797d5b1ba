package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * An idempotent producer as clients have it: a few batches of one record each in flight, and after an error all that are not
 * acknowledged again, in their order, under their old sequence numbers.
 */
final class TestProducer {
    private static final int MAX_IN_FLIGHT = 5;

    private final TestCluster cluster;
    private final long id;
    /** Offsets of the acknowledged records, by sequence number. */
    private final List<Long> offsets = new ArrayList<>();

    private final Deque<Integer> inFlight = new ArrayDeque<>();
    private int answersMissing;
    private int next;
    private boolean failed;

    TestProducer(TestCluster cluster, long id) {
        this.cluster = cluster;
        this.id = id;
    }

    static String value(int sequence) {
        return "value-" + sequence;
    }

    /** Sends one more record to this broker, or what failed before again. */
    void send(int broker) {
        if (failed) {
            if (answersMissing == 0) {
                failed = false;
                List.copyOf(inFlight).forEach(sequence -> send(broker, sequence));
            }
        } else if (inFlight.size() < MAX_IN_FLIGHT) {
            inFlight.add(next);
            send(broker, next++);
        }
    }

    private void send(int broker, int sequence) {
        answersMissing++;
        cluster.send(broker, Batches.of(id, 0, sequence, value(sequence)))
                .thenAccept(result -> answered(sequence, result));
    }

    private void answered(int sequence, ProduceResult result) {
        answersMissing--;
        if (result.error() != ErrorCode.NONE) {
            failed = true;
        } else if (!failed) {
            assertThat(inFlight.remove()).as("acknowledged in order").isEqualTo(sequence);
            offsets.add(result.baseOffset());
        }
    }

    boolean isDone() {
        return inFlight.isEmpty() && answersMissing == 0;
    }

    /** What a log must hold now that everything is acknowledged: each record once, where its acknowledgement said. */
    List<String> expectedRecords() {
        List<String> records = new ArrayList<>();
        for (int sequence = 0; sequence < offsets.size(); sequence++) {
            records.add(offsets.get(sequence) + ":" + value(sequence));
        }
        return records;
    }
}
