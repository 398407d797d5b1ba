package io.flotilla.broker.api;

import io.flotilla.broker.api.LogDirs.LogDir;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import io.flotilla.wire.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * DescribeLogDirs: this broker's directories and the replicas in them, all of them when no topics are given. v3 has an error
 * for the whole, v4 the space (KIP-827). The metadata log is a replica, too, but no topic of the user's; it is left out, as
 * are replicas of topics that are being deleted.
 */
public final class DescribeLogDirsHandler implements Handler<DescribeLogDirsRequest, DescribeLogDirsResponse> {
    private final LogDirs dirs;
    private final MetadataCache metadata;

    public DescribeLogDirsHandler(LogDirs dirs, MetadataCache metadata) {
        this.dirs = dirs;
        this.metadata = metadata;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_LOG_DIRS;
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponse> handle(RequestContext context, DescribeLogDirsRequest request) {
        return dirs.describe().thenApply(found -> answer(request, found));
    }

    @Override
    public DescribeLogDirsResponse error(
            RequestContext context, DescribeLogDirsRequest request, ErrorCode error, String message) {
        return DescribeLogDirsResponse.builder().errorCode(error.code()).build();
    }

    private DescribeLogDirsResponse answer(DescribeLogDirsRequest request, List<LogDir> found) {
        Map<String, Set<Integer>> wanted = wanted(request);
        List<DescribeLogDirsResponse.LogDir> results = new ArrayList<>();
        for (LogDir dir : found) {
            results.add(DescribeLogDirsResponse.LogDir.builder()
                    .errorCode(dir.error().code())
                    .logDir(dir.path())
                    .totalBytes(dir.totalBytes())
                    .usableBytes(dir.usableBytes())
                    .topics(topics(dir, wanted))
                    .build());
        }
        return DescribeLogDirsResponse.builder().results(results).build();
    }

    /** The partitions asked for, by topic; null for all. */
    private static Map<String, Set<Integer>> wanted(DescribeLogDirsRequest request) {
        if (request.topics() == null) {
            return null;
        }
        Map<String, Set<Integer>> wanted = new TreeMap<>();
        for (DescribeLogDirsRequest.Topic topic : request.topics()) {
            wanted.computeIfAbsent(topic.topic(), name -> new HashSet<>()).addAll(topic.partitions());
        }
        return wanted;
    }

    private List<DescribeLogDirsResponse.Topic> topics(LogDir dir, Map<String, Set<Integer>> wanted) {
        MetadataImage image = metadata.image();
        SortedMap<String, List<DescribeLogDirsResponse.Partition>> byTopic = new TreeMap<>();
        for (LogDirs.ReplicaSize replica : dir.replicas()) {
            TopicInfo topic = image.topic(replica.partition().topicId());
            int partition = replica.partition().partition();
            if (topic != null && isWanted(topic.name(), partition, wanted)) {
                byTopic.computeIfAbsent(topic.name(), name -> new ArrayList<>())
                        .add(DescribeLogDirsResponse.Partition.builder()
                                .partitionIndex(partition)
                                .partitionSize(replica.sizeBytes())
                                .offsetLag(replica.offsetLag())
                                .isFutureKey(replica.isFuture())
                                .build());
            }
        }
        List<DescribeLogDirsResponse.Topic> topics = new ArrayList<>();
        byTopic.forEach((name, partitions) -> topics.add(new DescribeLogDirsResponse.Topic(name, partitions)));
        return topics;
    }

    private static boolean isWanted(String topic, int partition, Map<String, Set<Integer>> wanted) {
        return wanted == null || wanted.getOrDefault(topic, Set.of()).contains(partition);
    }
}
