package io.flotilla.itests.real;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A member of a group that polls on a thread of its own until it is closed, and keeps what it read. */
final class PollingMember implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, String> consumer;
    private final Thread thread;
    private final List<String> values = new ArrayList<>();
    private final AtomicInteger revocations = new AtomicInteger();
    private volatile Set<String> assignment = Set.of();
    private volatile boolean stopped;
    private volatile CloseOptions closeOptions =
            CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
    private volatile Exception failure;

    /** @param subscribe subscribes the consumer, with the listener handed to it */
    PollingMember(
            Clients clients,
            String group,
            Map<String, Object> settings,
            BiConsumer<Consumer<String, String>, ConsumerRebalanceListener> subscribe) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("group.id", group);
        consumer = clients.consumer(all);
        subscribe.accept(consumer, new Revocations());
        thread = new Thread(this::run, "member of " + group);
        thread.start();
    }

    /** A member that subscribes to one topic. */
    static PollingMember of(Clients clients, String group, String topic, Map<String, Object> settings) {
        return new PollingMember(
                clients, group, settings, (consumer, listener) -> consumer.subscribe(List.of(topic), listener));
    }

    private void run() {
        try {
            while (!stopped) {
                consumer.poll(POLL).forEach(record -> {
                    synchronized (values) {
                        values.add(record.value());
                    }
                });
                assignment = consumer.assignment().stream()
                        .map(TopicPartition::toString)
                        .collect(Collectors.toCollection(TreeSet::new));
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            consumer.close(closeOptions);
        }
    }

    /** The partitions it has now, as {@code topic-N}. */
    Set<String> assignment() {
        return assignment;
    }

    /** What it has read so far. */
    List<String> values() {
        synchronized (values) {
            return List.copyOf(values);
        }
    }

    /** How often it had to give partitions up. */
    int revocations() {
        return revocations.get();
    }

    /** What ended its polling, or null. */
    Exception failure() {
        return failure;
    }

    /** Ends without a word to the group, as a process does that is killed. */
    void vanish() {
        closeOptions = CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP);
        close();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Revocations implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (!stopped && !partitions.isEmpty()) {
                revocations.incrementAndGet();
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }
}
