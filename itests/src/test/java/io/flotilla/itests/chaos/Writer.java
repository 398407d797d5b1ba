package io.flotilla.itests.chaos;

import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendIndeterminate;
import io.flotilla.check.Event.SendInvoked;
import io.flotilla.check.Event.SendKept;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An idempotent producer with acks=all that sends to all partitions in turn, on a thread of its own. It gives up soon, so that a fault is likely
 * to leave sends behind of which nobody knows what became of them.
 */
final class Writer implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(30);
    private static final int PAUSE_MS = 10;

    private final String name;
    private final String bootstrap;
    private final List<Partition> partitions;
    private final History history;
    private final Consumer<Partition> acknowledged;
    private final Thread thread;
    private volatile boolean stopped;
    private KafkaProducer<String, String> producer;
    private int producers;
    private long sent;

    /** @param acknowledged told of every acknowledgement, on the producer's thread */
    Writer(
            String name,
            String bootstrap,
            List<Partition> partitions,
            History history,
            Consumer<Partition> acknowledged) {
        this.name = name;
        this.bootstrap = bootstrap;
        this.partitions = partitions;
        this.history = history;
        this.acknowledged = acknowledged;
        this.producer = open();
        this.thread = new Thread(this::run, name);
        thread.start();
    }

    private KafkaProducer<String, String> open() {
        producers++;
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrap,
                "linger.ms", 2,
                "max.block.ms", 5000,
                "request.timeout.ms", 2500,
                "delivery.timeout.ms", 8000,
                "reconnect.backoff.max.ms", 500);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private void run() {
        try {
            while (!stopped) {
                send();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            producer.close(END);
        }
    }

    private void send() {
        Partition partition = partitions.get((int) (sent % partitions.size()));
        String key = name + "-" + sent++;
        String session = name + "." + producers;
        history.add(new SendInvoked(session, partition, key));
        try {
            producer.send(
                    new ProducerRecord<>(partition.topic(), partition.number(), key, "value of " + key),
                    (metadata, failure) -> answered(session, partition, key, metadata, failure));
        } catch (KafkaException e) {
            // This producer is of no use any more; what it sent may still be answered.
            history.add(new SendIndeterminate(session, partition, key, e.toString()));
            producer.close(END);
            producer = open();
        }
    }

    private void answered(String session, Partition partition, String key, RecordMetadata metadata, Exception failure) {
        if (failure == null) {
            history.add(
                    metadata.hasOffset()
                            ? new SendAcknowledged(session, partition, key, metadata.offset())
                            : new SendKept(session, partition, key));
            acknowledged.accept(partition);
        } else {
            history.add(new SendIndeterminate(session, partition, key, failure.toString()));
        }
    }

    /** Ends once every send is answered. */
    @Override
    public void close() {
        stopped = true;
        Threads.join(thread);
    }
}
