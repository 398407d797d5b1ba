package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.ClusterView.PartitionView;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.cluster.TopicNames;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeTopicPartitionsRequest;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse.Cursor;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse.Partition;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse.Topic;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * DescribeTopicPartitions (KIP-966): topics in the order of their names, all of them when none is asked for, a page of
 * partitions at a time. The cursor of a response is where the next request goes on. Every replica that holds all
 * acknowledged records may lead, which Raft decides, so there are no eligible leader replicas to list.
 */
public final class DescribeTopicPartitionsHandler
        implements Handler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> {
    private final ClusterView cluster;
    private final int maxPartitions;

    /** @param maxPartitions in one response ({@code max.request.partition.size.limit}) */
    public DescribeTopicPartitionsHandler(ClusterView cluster, int maxPartitions) {
        this.cluster = cluster;
        this.maxPartitions = maxPartitions;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public CompletableFuture<DescribeTopicPartitionsResponse> handle(
            RequestContext context, DescribeTopicPartitionsRequest request) {
        if (request.cursor() != null && request.cursor().partitionIndex() < 0) {
            return CompletableFuture.failedFuture(
                    new ApiException(ErrorCode.INVALID_REQUEST, "The cursor's partition must not be negative"));
        }
        return CompletableFuture.completedFuture(page(request));
    }

    @Override
    public DescribeTopicPartitionsResponse error(
            RequestContext context, DescribeTopicPartitionsRequest request, ErrorCode error, String message) {
        return DescribeTopicPartitionsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> Topic.builder()
                                .name(topic.name())
                                .errorCode(error.code())
                                .build())
                        .toList())
                .build();
    }

    private DescribeTopicPartitionsResponse page(DescribeTopicPartitionsRequest request) {
        MetadataImage image = cluster.image();
        var cursor = request.cursor();
        Iterator<String> names = names(request, image);
        int left = Math.max(1, Math.min(maxPartitions, request.responsePartitionLimit()));
        List<Topic> topics = new ArrayList<>();
        Cursor next = null;
        while (next == null && names.hasNext()) {
            String name = names.next();
            TopicInfo topic = image.topic(name);
            if (topic == null) {
                topics.add(unknown(name));
                continue;
            }
            int first = cursor != null && cursor.topicName().equals(name) ? cursor.partitionIndex() : 0;
            int end = (int) Math.min(topic.partitions(), (long) first + left);
            if (left == 0) {
                next = new Cursor(name, first);
            } else {
                topics.add(described(topic, first, end));
                left -= Math.max(0, end - first);
                next = end < topic.partitions() ? new Cursor(name, end) : null;
            }
        }
        return DescribeTopicPartitionsResponse.builder()
                .topics(topics)
                .nextCursor(next)
                .build();
    }

    private static Iterator<String> names(DescribeTopicPartitionsRequest request, MetadataImage image) {
        String from = request.cursor() == null ? "" : request.cursor().topicName();
        if (request.topics().isEmpty()) {
            return image.topicsFrom(from).stream().map(TopicInfo::name).iterator();
        }
        SortedSet<String> asked = new TreeSet<>();
        request.topics().forEach(topic -> asked.add(topic.name()));
        return asked.tailSet(from).iterator();
    }

    private Topic described(TopicInfo topic, int first, int end) {
        List<Partition> partitions = new ArrayList<>(Math.max(0, end - first));
        for (int i = first; i < end; i++) {
            PartitionView view = cluster.partition(topic, i);
            ErrorCode error = view.hasLeader() ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE;
            partitions.add(Partition.builder()
                    .errorCode(error.code())
                    .partitionIndex(i)
                    .leaderId(view.leader())
                    .leaderEpoch(view.leaderEpoch())
                    .replicaNodes(view.replicas())
                    .isrNodes(view.alive())
                    .eligibleLeaderReplicas(List.of())
                    .lastKnownElr(List.of())
                    .offlineReplicas(view.offline())
                    .build());
        }
        return Topic.builder()
                .name(topic.name())
                .topicId(topic.id())
                .isInternal(topic.internal())
                .partitions(partitions)
                .build();
    }

    private static Topic unknown(String name) {
        boolean valid = TopicNames.problem(name) == null;
        ErrorCode error = valid ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;
        return Topic.builder().name(name).errorCode(error.code()).build();
    }
}
