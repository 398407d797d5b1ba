package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.TopicPartition;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.OffsetDeleteRequest;
import io.flotilla.wire.message.OffsetDeleteResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** OffsetDelete (KIP-496): offsets of topics that nobody in the group reads any more. */
public final class OffsetDeleteHandler implements Handler<OffsetDeleteRequest, OffsetDeleteResponse> {
    private final GroupCoordinators coordinators;
    private final MetadataCache metadata;

    public OffsetDeleteHandler(GroupCoordinators coordinators, MetadataCache metadata) {
        this.coordinators = coordinators;
        this.metadata = metadata;
    }

    @Override
    public ApiKey api() {
        return ApiKey.OFFSET_DELETE;
    }

    @Override
    public CompletableFuture<OffsetDeleteResponse> handle(RequestContext context, OffsetDeleteRequest request) {
        MetadataImage image = metadata.image();
        List<TopicPartition> partitions = new ArrayList<>();
        for (OffsetDeleteRequest.Topic asked : request.topics()) {
            TopicInfo topic = image.topic(asked.name());
            if (topic != null) {
                asked.partitions()
                        .forEach(partition -> partitions.add(
                                new TopicPartition(topic.name(), topic.id(), partition.partitionIndex())));
            }
        }
        return GroupCalls.reply(
                coordinators.submit(request.groupId(), machine -> machine.deleteOffsets(request.groupId(), partitions)),
                result -> result.error() == ErrorCode.NONE
                        ? response(request, image, result.each())
                        : error(context, request, result.error(), null));
    }

    @Override
    public OffsetDeleteResponse error(
            RequestContext context, OffsetDeleteRequest request, ErrorCode error, String message) {
        return OffsetDeleteResponse.builder().errorCode(error.code()).build();
    }

    /** @param results of the partitions of topics that exist, in the order asked */
    private static OffsetDeleteResponse response(
            OffsetDeleteRequest request, MetadataImage image, List<ErrorCode> results) {
        Iterator<ErrorCode> next = results.iterator();
        List<OffsetDeleteResponse.Topic> topics = new ArrayList<>();
        for (OffsetDeleteRequest.Topic asked : request.topics()) {
            boolean known = image.topic(asked.name()) != null;
            topics.add(OffsetDeleteResponse.Topic.builder()
                    .name(asked.name())
                    .partitions(asked.partitions().stream()
                            .map(partition -> OffsetDeleteResponse.Partition.builder()
                                    .partitionIndex(partition.partitionIndex())
                                    .errorCode((known ? next.next() : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION).code())
                                    .build())
                            .toList())
                    .build());
        }
        return OffsetDeleteResponse.builder().topics(topics).build();
    }
}
