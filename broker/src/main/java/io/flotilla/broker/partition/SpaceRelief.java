package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Has partitions led elsewhere whose log directory here is short of space, so that records can still be written to them. Only
 * by replicas that have room, which their brokers are asked: leadership must not go round among disks that are all full. On one
 * loop.
 */
public final class SpaceRelief {
    private static final long LOOK_MS = 3_000;
    /** Partitions handed over at a time. */
    private static final int MOST_PARTITIONS = 500;

    private final int nodeId;
    private final EventLoop loop;
    private final Replicas replicas;
    private final MetadataCache metadata;
    private final RoomQuery room;

    public SpaceRelief(int nodeId, EventLoop loop, Replicas replicas, MetadataCache metadata, RoomQuery room) {
        this.nodeId = nodeId;
        this.loop = loop;
        this.replicas = replicas;
        this.metadata = metadata;
        this.room = room;
    }

    /** Looks now and then from now on. */
    public void start() {
        loop.schedule(this::look, LOOK_MS);
    }

    private void look() {
        Map<Replica, TopicInfo> needy = shortOfSpace();
        Map<Integer, List<DescribeLogDirsRequest.Topic>> questions = new TreeMap<>();
        needy.forEach((replica, topic) -> {
            int partition = replica.id().partition();
            for (int broker : topic.assignments().get(partition).replicas()) {
                if (broker != nodeId) {
                    questions
                            .computeIfAbsent(broker, id -> new ArrayList<>())
                            .add(new DescribeLogDirsRequest.Topic(topic.name(), List.of(partition)));
                }
            }
        });
        Map<Integer, Set<String>> roomy = new TreeMap<>();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        questions.forEach((broker, topics) ->
                answers.add(room.ask(broker, topics).thenAcceptAsync(names -> roomy.put(broker, names), loop)));
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenRunAsync(
                        () -> {
                            needy.keySet().forEach(replica -> handOver(replica, roomy));
                            loop.schedule(this::look, LOOK_MS);
                        },
                        loop);
    }

    private Map<Replica, TopicInfo> shortOfSpace() {
        Map<Replica, TopicInfo> found = new LinkedHashMap<>();
        for (Replica replica : replicas.all()) {
            TopicInfo topic = metadata.image().topic(replica.id().topicId());
            if (topic != null
                    && found.size() < MOST_PARTITIONS
                    && replica.isLeading()
                    && replica.directory().isShortOfSpace()) {
                found.put(replica, topic);
            }
        }
        return found;
    }

    private static void handOver(Replica replica, Map<Integer, Set<String>> roomy) {
        Set<Integer> brokers = new TreeSet<>();
        roomy.forEach((broker, names) -> {
            if (names.contains(replica.name())) {
                brokers.add(broker);
            }
        });
        if (!brokers.isEmpty()) {
            replica.loop().execute(() -> replica.handOverForSpace(brokers));
        }
    }
}
