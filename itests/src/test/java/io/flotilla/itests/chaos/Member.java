package io.flotilla.itests.chaos;

import io.flotilla.check.Event.CommitAcknowledged;
import io.flotilla.check.Event.CommitFetched;
import io.flotilla.check.Event.CommitInvoked;
import io.flotilla.check.Event.Note;
import io.flotilla.check.Event.Positioned;
import io.flotilla.check.Event.Unassigned;
import io.flotilla.check.History;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * A member of a group that commits what it has read after each poll, on a thread of its own. Where it begins in a partition that it is given is
 * what the group has committed, which it asks for itself in order to note the answer.
 */
final class Member implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long NONE = -1;

    private final String name;
    private final String group;
    private final String topic;
    private final String bootstrap;
    private final History history;
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean stopped;

    Member(String name, String group, String topic, String bootstrap, History history) {
        this.name = name;
        this.group = group;
        this.topic = topic;
        this.bootstrap = bootstrap;
        this.history = history;
        this.thread = new Thread(this::run, name);
        thread.start();
    }

    private void run() {
        while (!stopped) {
            Map<String, Object> settings =
                    Map.of("group.id", group, "session.timeout.ms", 6000, "heartbeat.interval.ms", 1000);
            try (KafkaConsumer<String, String> consumer = Reader.consumer(bootstrap, settings)) {
                consumer.subscribe(List.of(topic), new Assignments(consumer));
                while (!stopped) {
                    ConsumerRecords<String, String> records = consumer.poll(POLL);
                    Reader.record(name, history, consumer, records);
                    if (!records.isEmpty()) {
                        commit(consumer, records.nextOffsets());
                    }
                }
            } catch (KafkaException e) {
                history.add(new Note(name + " begins anew after " + e));
                lost(Set.copyOf(positions.keySet()));
            }
        }
    }

    private void commit(KafkaConsumer<?, ?> consumer, Map<TopicPartition, OffsetAndMetadata> offsets) {
        long since = history.mark();
        offsets.forEach((partition, offset) -> {
            positions.put(partition, offset.offset());
            history.add(new CommitInvoked(group, Reader.ours(partition), offset.offset()));
        });
        try {
            consumer.commitSync(offsets);
            offsets.forEach((partition, offset) ->
                    history.add(new CommitAcknowledged(group, Reader.ours(partition), offset.offset(), since)));
        } catch (KafkaException e) {
            history.add(new Note(name + " does not know whether its commit counts: " + e));
        }
    }

    private void lost(Collection<TopicPartition> partitions) {
        if (!stopped) {
            for (TopicPartition partition : partitions) {
                positions.remove(partition);
                history.add(new Unassigned(name, Reader.ours(partition)));
            }
        }
    }

    /** Where it reads on in each partition that it has. */
    Map<TopicPartition, Long> positions() {
        return positions;
    }

    @Override
    public void close() {
        stopped = true;
        Threads.join(thread);
    }

    private final class Assignments implements ConsumerRebalanceListener {
        private final KafkaConsumer<?, ?> consumer;

        Assignments(KafkaConsumer<?, ?> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            long since = history.mark();
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
            for (TopicPartition partition : partitions) {
                OffsetAndMetadata offset = committed.get(partition);
                history.add(new CommitFetched(
                        group, Reader.ours(partition), offset == null ? NONE : offset.offset(), since));
                long begin = offset == null ? 0 : offset.offset();
                history.add(new Positioned(name, Reader.ours(partition), begin));
                positions.put(partition, begin);
                consumer.seek(partition, begin);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            lost(partitions);
        }
    }
}
