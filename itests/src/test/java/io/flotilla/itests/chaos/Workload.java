package io.flotilla.itests.chaos;

import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.itests.real.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/** Producers, readers, a group and somebody who asks for offsets, all at work on one topic, and all noted in one history. */
final class Workload implements AutoCloseable {
    private static final String TOPIC = "chaos";
    private static final String GROUP = "group";
    private static final short REPLICAS = 3;
    private static final int WRITERS = 3;
    private static final int MEMBERS = 2;

    private final String bootstrap;
    private final History history;
    private final List<Partition> partitions;
    private final List<Writer> writers = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final BoundsWatch bounds;
    private final AtomicLongArray acknowledged;
    private final AtomicLongArray lastNanos;
    private final AtomicLongArray longestNanos;

    /** Creates the topic, with three replicas of each partition, and begins. */
    Workload(String bootstrap, int partitions, History history) throws Exception {
        createTopic(bootstrap, partitions);
        this.bootstrap = bootstrap;
        this.history = history;
        this.partitions = IntStream.range(0, partitions)
                .mapToObj(number -> new Partition(TOPIC, number))
                .toList();
        acknowledged = new AtomicLongArray(partitions);
        lastNanos = new AtomicLongArray(partitions);
        longestNanos = new AtomicLongArray(partitions);
        for (int i = 1; i <= WRITERS; i++) {
            writers.add(new Writer("writer" + i, bootstrap, this.partitions, history, this::acknowledged));
        }
        for (int i = 1; i <= MEMBERS; i++) {
            members.add(new Member("member" + i, GROUP, TOPIC, bootstrap, history));
        }
        bounds = new BoundsWatch(bootstrap, this.partitions, history);
        read("reader", Map.of());
        read("reader in rack 2", Map.of("client.rack", "rack2"));
    }

    private static void createTopic(String bootstrap, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, partitions, REPLICAS)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    static String topic() {
        return TOPIC;
    }

    List<Partition> partitions() {
        return partitions;
    }

    /** Starts one more reader, which reads everything from the beginning. */
    void read(String name, Map<String, Object> settings) {
        readers.add(new Reader(name, bootstrap, partitions, history, settings));
    }

    private void acknowledged(Partition partition) {
        int number = partition.number();
        long now = System.nanoTime();
        acknowledged.incrementAndGet(number);
        long last = lastNanos.getAndSet(number, now);
        if (last != 0) {
            longestNanos.accumulateAndGet(number, now - last, Math::max);
        }
    }

    /** The longest time without acknowledgements of any partition, since this was last asked. */
    Duration longestGap() {
        long longest = 0;
        for (int i = 0; i < longestNanos.length(); i++) {
            longest = Math.max(longest, longestNanos.getAndSet(i, 0));
        }
        return Duration.ofNanos(longest);
    }

    /** Waits until each partition has acknowledged something since now. */
    void awaitProgress(Duration limit) {
        long[] before = acknowledgedSoFar();
        Await.until(
                limit, () -> "every partition acknowledges records again; not so: " + stuck(before), () -> stuck(before)
                        .isEmpty());
    }

    /** Waits until the group has all partitions. */
    void awaitGroup(Duration limit) {
        Await.until(
                limit,
                () -> "the group has all partitions",
                () -> members.stream()
                                .mapToInt(member -> member.positions().size())
                                .sum()
                        >= partitions.size());
    }

    private List<Partition> stuck(long[] before) {
        long[] now = acknowledgedSoFar();
        return partitions.stream()
                .filter(partition -> now[partition.number()] == before[partition.number()])
                .toList();
    }

    private long[] acknowledgedSoFar() {
        return IntStream.range(0, acknowledged.length())
                .mapToLong(acknowledged::get)
                .toArray();
    }

    /** Ends the producers once all their sends are answered. */
    void stopWriting() {
        writers.forEach(Writer::close);
    }

    /** Whether all readers, and the group, have arrived at these ends. */
    boolean hasRead(Map<Partition, Long> ends) {
        Map<TopicPartition, Long> ofGroup = new HashMap<>();
        members.forEach(member -> ofGroup.putAll(member.positions()));
        return readers.stream().allMatch(reader -> reached(ends, reader.positions())) && reached(ends, ofGroup);
    }

    private static boolean reached(Map<Partition, Long> ends, Map<TopicPartition, Long> positions) {
        return ends.entrySet().stream()
                .allMatch(end -> positions.getOrDefault(Reader.kafkas(end.getKey()), -1L) >= end.getValue());
    }

    /** Ends everything. */
    @Override
    public void close() {
        stopWriting();
        bounds.close();
        members.forEach(Member::close);
        readers.forEach(Reader::close);
    }
}
