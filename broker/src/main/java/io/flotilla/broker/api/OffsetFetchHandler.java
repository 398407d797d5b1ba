package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.group.CommittedOffset;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.TopicPartition;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.OffsetFetchRequest;
import io.flotilla.wire.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * OffsetFetch. v2 may ask for all topics and has an error for the group, v5 brings leader epochs (KIP-320), v7 may insist on
 * stable offsets (KIP-447; without transactions all are), v8 asks for several groups (KIP-709), v10 has topic ids (KIP-848). Inside
 * there is one form, v8's; older requests and responses are one group of it.
 */
public final class OffsetFetchHandler implements Handler<OffsetFetchRequest, OffsetFetchResponse> {
    private static final int GROUP_ERROR_SINCE = 2;
    private static final int SEVERAL_GROUPS_SINCE = 8;
    private static final int TOPIC_IDS_SINCE = 10;
    private static final long NO_OFFSET = -1;

    private final GroupCoordinators coordinators;
    private final MetadataCache metadata;

    public OffsetFetchHandler(GroupCoordinators coordinators, MetadataCache metadata) {
        this.coordinators = coordinators;
        this.metadata = metadata;
    }

    @Override
    public ApiKey api() {
        return ApiKey.OFFSET_FETCH;
    }

    @Override
    public CompletableFuture<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request) {
        boolean byId = context.apiVersion() >= TOPIC_IDS_SINCE;
        MetadataImage image = metadata.image();
        return PartitionCalls.gather(
                        groups(context, request),
                        group -> group.topics() == null ? fetchAll(group, image, byId) : fetch(group, image, byId))
                .thenApply(groups -> response(context, request, groups));
    }

    @Override
    public OffsetFetchResponse error(
            RequestContext context, OffsetFetchRequest request, ErrorCode error, String message) {
        return response(
                context,
                request,
                groups(context, request).stream()
                        .map(group -> failed(group, error))
                        .toList());
    }

    private CompletableFuture<OffsetFetchResponse.Group> fetch(
            OffsetFetchRequest.Group group, MetadataImage image, boolean byId) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (OffsetFetchRequest.GroupTopic asked : group.topics()) {
            TopicInfo topic = byId ? image.topic(asked.topicId()) : image.topic(asked.name());
            if (topic != null || !byId) {
                String name = topic == null ? asked.name() : topic.name();
                asked.partitionIndexes()
                        .forEach(index -> partitions.add(
                                new TopicPartition(name, topic == null ? Message.ZERO_UUID : topic.id(), index)));
            }
        }
        return GroupCalls.part(
                coordinators.read(group.groupId(), machine -> machine.fetch(group.groupId(), partitions)),
                offsets -> found(group, image, byId, offsets.iterator()),
                error -> failed(group, error));
    }

    private CompletableFuture<OffsetFetchResponse.Group> fetchAll(
            OffsetFetchRequest.Group group, MetadataImage image, boolean byId) {
        return GroupCalls.part(
                coordinators.read(group.groupId(), machine -> machine.fetchAll(group.groupId())),
                all -> everything(group, image, byId, all),
                error -> failed(group, error));
    }

    /** @param offsets of the partitions that could be asked for, in order */
    private static OffsetFetchResponse.Group found(
            OffsetFetchRequest.Group group, MetadataImage image, boolean byId, Iterator<CommittedOffset> offsets) {
        List<OffsetFetchResponse.GroupTopic> topics =
                new ArrayList<>(group.topics().size());
        for (OffsetFetchRequest.GroupTopic asked : group.topics()) {
            boolean unknown = byId && image.topic(asked.topicId()) == null;
            topics.add(topic(
                    asked,
                    unknown ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.NONE,
                    unknown ? () -> null : offsets::next));
        }
        return OffsetFetchResponse.Group.builder()
                .groupId(group.groupId())
                .topics(topics)
                .build();
    }

    private static OffsetFetchResponse.Group everything(
            OffsetFetchRequest.Group group,
            MetadataImage image,
            boolean byId,
            SortedMap<String, SortedMap<Integer, CommittedOffset>> all) {
        List<OffsetFetchResponse.GroupTopic> topics = new ArrayList<>(all.size());
        all.forEach((name, offsets) -> {
            TopicInfo topic = image.topic(name);
            if (topic == null && byId) {
                return; // it has no id any more that could be told
            }
            List<OffsetFetchResponse.GroupPartition> partitions = new ArrayList<>(offsets.size());
            offsets.forEach((index, offset) -> {
                if (topic == null || offset.isFor(topic.id())) {
                    partitions.add(partition(index, ErrorCode.NONE, offset));
                }
            });
            if (!partitions.isEmpty()) {
                topics.add(OffsetFetchResponse.GroupTopic.builder()
                        .name(name)
                        .topicId(topic == null ? Message.ZERO_UUID : topic.id())
                        .partitions(partitions)
                        .build());
            }
        });
        return OffsetFetchResponse.Group.builder()
                .groupId(group.groupId())
                .topics(topics)
                .build();
    }

    private static OffsetFetchResponse.GroupTopic topic(
            OffsetFetchRequest.GroupTopic asked, ErrorCode error, Supplier<CommittedOffset> offset) {
        return OffsetFetchResponse.GroupTopic.builder()
                .name(asked.name())
                .topicId(asked.topicId())
                .partitions(asked.partitionIndexes().stream()
                        .map(index -> partition(index, error, offset.get()))
                        .toList())
                .build();
    }

    /** @param offset null where there is none */
    private static OffsetFetchResponse.GroupPartition partition(int index, ErrorCode error, CommittedOffset offset) {
        return OffsetFetchResponse.GroupPartition.builder()
                .partitionIndex(index)
                .committedOffset(offset == null ? NO_OFFSET : offset.offset())
                .committedLeaderEpoch(offset == null ? -1 : offset.leaderEpoch())
                .metadata(offset == null ? "" : offset.metadata())
                .errorCode(error.code())
                .build();
    }

    private static OffsetFetchResponse.Group failed(OffsetFetchRequest.Group group, ErrorCode error) {
        return OffsetFetchResponse.Group.builder()
                .groupId(group.groupId())
                .errorCode(error.code())
                .build();
    }

    private static List<OffsetFetchRequest.Group> groups(RequestContext context, OffsetFetchRequest request) {
        if (context.apiVersion() >= SEVERAL_GROUPS_SINCE) {
            return request.groups();
        }
        List<OffsetFetchRequest.GroupTopic> topics = request.topics() == null
                ? null
                : request.topics().stream()
                        .map(topic -> OffsetFetchRequest.GroupTopic.builder()
                                .name(topic.name())
                                .partitionIndexes(topic.partitionIndexes())
                                .build())
                        .toList();
        return List.of(OffsetFetchRequest.Group.builder()
                .groupId(request.groupId())
                .topics(topics)
                .build());
    }

    private static OffsetFetchResponse response(
            RequestContext context, OffsetFetchRequest request, List<OffsetFetchResponse.Group> groups) {
        if (context.apiVersion() >= SEVERAL_GROUPS_SINCE) {
            return OffsetFetchResponse.builder().groups(groups).build();
        }
        OffsetFetchResponse.Group group = groups.get(0);
        ErrorCode error = ErrorCode.of(group.errorCode());
        if (error != ErrorCode.NONE && context.apiVersion() < GROUP_ERROR_SINCE) {
            group = OffsetFetchResponse.Group.builder()
                    .topics(groups(context, request).get(0).topics().stream()
                            .map(topic -> topic(topic, error, () -> null))
                            .toList())
                    .build();
        }
        return OffsetFetchResponse.builder()
                .errorCode(group.errorCode())
                .topics(group.topics().stream().map(OffsetFetchHandler::v7).toList())
                .build();
    }

    private static OffsetFetchResponse.Topic v7(OffsetFetchResponse.GroupTopic topic) {
        return OffsetFetchResponse.Topic.builder()
                .name(topic.name())
                .partitions(topic.partitions().stream()
                        .map(partition -> OffsetFetchResponse.Partition.builder()
                                .partitionIndex(partition.partitionIndex())
                                .committedOffset(partition.committedOffset())
                                .committedLeaderEpoch(partition.committedLeaderEpoch())
                                .metadata(partition.metadata())
                                .errorCode(partition.errorCode())
                                .build())
                        .toList())
                .build();
    }
}
