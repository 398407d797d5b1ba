package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.ClusterView.PartitionView;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicCreator;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.cluster.TopicNames;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.MetadataResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Metadata. In v0 no topics means all of them, from v1 on null does. v4 says whether topics may be created, v7 has leader
 * epochs, v10 topic ids, v12 asks by them. A topic made by asking is usually without leader in the first answer, which clients
 * take as a reason to ask again.
 */
public final class MetadataHandler implements Handler<MetadataRequest, MetadataResponse> {
    /** From this version on a response may leave a topic's name null. */
    private static final short NULLABLE_NAMES = 12;

    private final ClusterView cluster;
    private final TopicCreator creator;
    private final boolean autoCreate;

    /** @param autoCreate whether topics are created for clients that allow it ({@code auto.create.topics.enable}) */
    public MetadataHandler(ClusterView cluster, TopicCreator creator, boolean autoCreate) {
        this.cluster = cluster;
        this.creator = creator;
        this.autoCreate = autoCreate;
    }

    @Override
    public ApiKey api() {
        return ApiKey.METADATA;
    }

    @Override
    public CompletableFuture<MetadataResponse> handle(RequestContext context, MetadataRequest request) {
        List<String> missing = autoCreate && request.allowAutoTopicCreation() ? missing(request) : List.of();
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(answer(context, request, Map.of()));
        }
        return creator.create(missing.stream().map(TopicCreator::withDefaults).toList())
                .thenApply(created -> answer(context, request, created));
    }

    @Override
    public MetadataResponse error(RequestContext context, MetadataRequest request, ErrorCode error, String message) {
        List<MetadataResponse.Topic> topics = new ArrayList<>();
        if (request.topics() != null) {
            request.topics().forEach(topic -> topics.add(failed(context, topic, error)));
        }
        return MetadataResponse.builder().topics(topics).errorCode(error.code()).build();
    }

    /** Whether topics are asked for that are not known here, or all there are: then what this broker knows may be too old. */
    public boolean asksForMore(RequestContext context, MetadataRequest request) {
        if (asksForAll(context, request)) {
            return true;
        }
        MetadataImage image = cluster.image();
        for (MetadataRequest.Topic asked : request.topics()) {
            if ((byId(asked) ? image.topic(asked.topicId()) : named(image, asked.name())) == null) {
                return true;
            }
        }
        return false;
    }

    private List<String> missing(MetadataRequest request) {
        if (request.topics() == null) {
            return List.of();
        }
        MetadataImage image = cluster.image();
        return request.topics().stream()
                .filter(topic -> !byId(topic) && topic.name() != null)
                .map(MetadataRequest.Topic::name)
                .filter(name -> image.topic(name) == null && TopicNames.problem(name) == null)
                .distinct()
                .toList();
    }

    /** @param created what became of the topics that were missing */
    private MetadataResponse answer(RequestContext context, MetadataRequest request, Map<String, ErrorCode> created) {
        MetadataImage image = cluster.image();
        List<MetadataResponse.Topic> topics = new ArrayList<>();
        if (asksForAll(context, request)) {
            image.topics().forEach(topic -> topics.add(described(topic)));
        } else {
            for (MetadataRequest.Topic asked : new LinkedHashSet<>(request.topics())) {
                TopicInfo topic = byId(asked) ? image.topic(asked.topicId()) : named(image, asked.name());
                topics.add(topic != null ? described(topic) : failed(context, asked, reason(asked, created)));
            }
        }
        return MetadataResponse.builder()
                .brokers(cluster.aliveBrokers(image).stream()
                        .map(broker ->
                                new MetadataResponse.Broker(broker.id(), broker.host(), broker.port(), broker.rack()))
                        .toList())
                .clusterId(image.clusterId())
                .controllerId(cluster.controller())
                .topics(topics)
                .build();
    }

    private static boolean asksForAll(RequestContext context, MetadataRequest request) {
        return request.topics() == null
                || context.apiVersion() == 0 && request.topics().isEmpty();
    }

    private static boolean byId(MetadataRequest.Topic asked) {
        return !asked.topicId().equals(Message.ZERO_UUID);
    }

    private static TopicInfo named(MetadataImage image, String name) {
        return name == null ? null : image.topic(name);
    }

    private static ErrorCode reason(MetadataRequest.Topic asked, Map<String, ErrorCode> created) {
        if (byId(asked)) {
            return ErrorCode.UNKNOWN_TOPIC_ID;
        }
        if (asked.name() == null || TopicNames.problem(asked.name()) != null) {
            return ErrorCode.INVALID_TOPIC_EXCEPTION;
        }
        ErrorCode creation = created.getOrDefault(asked.name(), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        return creation == ErrorCode.NONE ? ErrorCode.LEADER_NOT_AVAILABLE : creation;
    }

    private MetadataResponse.Topic described(TopicInfo topic) {
        List<MetadataResponse.Partition> partitions = new ArrayList<>(topic.partitions());
        for (int i = 0; i < topic.partitions(); i++) {
            PartitionView view = cluster.partition(topic, i);
            partitions.add(new MetadataResponse.Partition(
                    view.hasLeader() ? ErrorCode.NONE.code() : ErrorCode.LEADER_NOT_AVAILABLE.code(),
                    i,
                    view.leader(),
                    view.leaderEpoch(),
                    view.replicas(),
                    view.alive(),
                    view.offline()));
        }
        return MetadataResponse.Topic.builder()
                .name(topic.name())
                .topicId(topic.id())
                .isInternal(topic.internal())
                .partitions(partitions)
                .build();
    }

    private static MetadataResponse.Topic failed(RequestContext context, MetadataRequest.Topic asked, ErrorCode error) {
        boolean nullable = context.apiVersion() >= NULLABLE_NAMES;
        return MetadataResponse.Topic.builder()
                .errorCode(error.code())
                .name(asked.name() == null && !nullable ? "" : asked.name())
                .topicId(asked.topicId())
                .build();
    }
}
