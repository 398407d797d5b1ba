package io.flotilla.itests.real;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A steady load of records with keys from one idempotent producer with acks=all: every key again and again, each time with another value, and
 * now and then with none, which deletes it. Knows what a reader of the whole topic must find in the end.
 */
final class KeyedLoad implements AutoCloseable {
    private static final int DELETE_EVERY = 17;
    private static final String PADDING = " ".repeat(200);

    private final String topic;
    private final int keys;
    private final int perSecond;
    private final KafkaProducer<String, String> producer;
    private final Thread thread;
    private final Map<String, String> values = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private volatile boolean stopped;
    private long sent;

    KeyedLoad(Clients clients, String topic, int keys, int perSecond) {
        this.topic = topic;
        this.keys = keys;
        this.perSecond = perSecond;
        this.producer =
                clients.producer(Map.of("linger.ms", 5, "request.timeout.ms", 5000, "delivery.timeout.ms", 60_000));
        this.thread = new Thread(this::run, "load on " + topic);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long start = System.nanoTime();
        while (!stopped) {
            long due = start + sent * 1_000_000_000L / perSecond;
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            send();
        }
    }

    private void send() {
        String key = "key" + sent % keys;
        String value = sent % DELETE_EVERY == 0 ? null : sent + PADDING;
        sent++;
        if (value == null) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
        producer.send(new ProducerRecord<>(topic, key, value), (metadata, failure) -> {
            if (failure != null) {
                failed(key, failure);
            }
        });
    }

    private synchronized void failed(String key, Exception failure) {
        failures.add(key + ": " + failure);
    }

    /** What was not acknowledged, and why. */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** Records sent; once closed. */
    long sent() {
        return sent;
    }

    /** The value of each key that has one; once closed. */
    Map<String, String> values() {
        return values;
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
