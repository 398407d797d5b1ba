package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.net.Peers;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import io.flotilla.wire.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Has partitions led elsewhere whose log directory here is short of space, so that records can still be written to them. Only
 * by replicas that have room, which their brokers are asked: leadership must not go round among disks that are all full. What this
 * broker wants free is taken for what the others want. On one loop.
 */
public final class SpaceRelief {
    private static final long LOOK_MS = 3_000;
    private static final long TIMEOUT_MS = 2_000;
    private static final short VERSION = 4;
    /** Partitions handed over at a time. */
    private static final int MOST_PARTITIONS = 500;

    private final int nodeId;
    private final EventLoop loop;
    private final Replicas replicas;
    private final MetadataCache metadata;
    private final Peers peers;
    private final long minFreeBytes;

    /** @param minFreeBytes {@code log.dir.min.free.bytes} */
    public SpaceRelief(
            int nodeId, EventLoop loop, Replicas replicas, MetadataCache metadata, Peers peers, long minFreeBytes) {
        this.nodeId = nodeId;
        this.loop = loop;
        this.replicas = replicas;
        this.metadata = metadata;
        this.peers = peers;
        this.minFreeBytes = minFreeBytes;
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
        questions.forEach((broker, topics) -> answers.add(peers.<DescribeLogDirsResponse>call(
                        broker, ApiKey.DESCRIBE_LOG_DIRS, VERSION, new DescribeLogDirsRequest(topics), TIMEOUT_MS)
                .thenApply(this::withRoom)
                .exceptionally(failure -> Set.of())
                .thenAcceptAsync(names -> roomy.put(broker, names), loop)));
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

    /** The replicas that lie where enough is free, and some more: it is not to be short again at once. */
    private Set<String> withRoom(DescribeLogDirsResponse response) {
        Set<String> names = new HashSet<>();
        for (DescribeLogDirsResponse.LogDir dir : response.results()) {
            if (dir.errorCode() == 0 && dir.usableBytes() > minFreeBytes + minFreeBytes / 4) {
                dir.topics().forEach(topic -> topic.partitions().stream()
                        .filter(partition -> !partition.isFutureKey())
                        .forEach(partition -> names.add(topic.name() + "-" + partition.partitionIndex())));
            }
        }
        return names;
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
