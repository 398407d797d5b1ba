package io.flotilla.itests.real;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * A steady load from one idempotent producer with acks=all: the values "0", "1", "2" and so on, in turn to each partition of a
 * topic. Keeps what was acknowledged where, and how long acknowledgements stayed away.
 */
final class Load implements AutoCloseable {
    /** A record that the cluster has promised to keep, at an offset that is -1 if it no longer knew where. */
    record Acknowledged(long number, int partition, long offset) {}

    private final String topic;
    private final int partitions;
    private final int perSecond;
    private final KafkaProducer<String, String> producer;
    private final Thread thread;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final long[] lastNanos;
    private final long[] longestNanos;
    private volatile boolean stopped;
    private volatile long sent;

    Load(Clients clients, String topic, int partitions, int perSecond) {
        this.topic = topic;
        this.partitions = partitions;
        this.perSecond = perSecond;
        this.lastNanos = new long[partitions];
        this.longestNanos = new long[partitions];
        this.producer = clients.producer(Map.of(
                "acks", "all",
                "enable.idempotence", true,
                "linger.ms", 2,
                "request.timeout.ms", 5000,
                "delivery.timeout.ms", 60_000));
        this.thread = new Thread(this::run, "load on " + topic);
    }

    /** Starts once every partition has acknowledged a first record, so that gaps are the cluster's and not the start's. */
    void start() throws Exception {
        for (int partition = 0; partition < partitions; partition++) {
            send(sent++).get(60, TimeUnit.SECONDS);
        }
        Arrays.fill(lastNanos, System.nanoTime());
        Arrays.fill(longestNanos, 0);
        thread.start();
    }

    private void run() {
        long start = System.nanoTime();
        for (long n = 0; !stopped; n++) {
            long due = start + n * 1_000_000_000L / perSecond;
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            send(sent++);
        }
    }

    private Future<RecordMetadata> send(long number) {
        int partition = (int) (number % partitions);
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, partition, null, Long.toString(number));
        return producer.send(record, (metadata, failure) -> answered(number, partition, metadata, failure));
    }

    private synchronized void answered(long number, int partition, RecordMetadata metadata, Exception failure) {
        if (failure != null) {
            failures.add(number + ": " + failure);
            return;
        }
        acknowledged.add(new Acknowledged(number, partition, metadata.offset()));
        long now = System.nanoTime();
        longestNanos[partition] = Math.max(longestNanos[partition], now - lastNanos[partition]);
        lastNanos[partition] = now;
    }

    /** Records acknowledged so far. */
    synchronized List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** What was not acknowledged, and why. */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** The longest time between two acknowledgements of any one partition. */
    synchronized Duration longestGap() {
        return Duration.ofNanos(Arrays.stream(longestNanos).max().orElse(0));
    }

    /** Ends the load and waits until every record sent is answered. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
