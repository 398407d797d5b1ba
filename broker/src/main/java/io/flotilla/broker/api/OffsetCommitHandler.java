package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.group.CommitCommand;
import io.flotilla.broker.group.CommitCommand.OffsetToCommit;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.MemberIdentity;
import io.flotilla.broker.group.TopicPartition;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.OffsetCommitRequest;
import io.flotilla.wire.message.OffsetCommitResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * OffsetCommit. v2 to v4 may ask for a retention of their own, v6 brings leader epochs (KIP-320), v7 static members (KIP-345), v9
 * GROUP_ID_NOT_FOUND, v10 topic ids instead of names (KIP-848). Offsets of topics that do not exist are refused one by one.
 */
public final class OffsetCommitHandler implements Handler<OffsetCommitRequest, OffsetCommitResponse> {
    private static final int GROUP_ID_NOT_FOUND_SINCE = 9;
    private static final int TOPIC_IDS_SINCE = 10;

    private final GroupCoordinators coordinators;
    private final MetadataCache metadata;

    public OffsetCommitHandler(GroupCoordinators coordinators, MetadataCache metadata) {
        this.coordinators = coordinators;
        this.metadata = metadata;
    }

    @Override
    public ApiKey api() {
        return ApiKey.OFFSET_COMMIT;
    }

    @Override
    public CompletableFuture<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request) {
        boolean byId = context.apiVersion() >= TOPIC_IDS_SINCE;
        MetadataImage image = metadata.image();
        List<TopicInfo> known = new ArrayList<>(request.topics().size());
        List<OffsetToCommit> offsets = new ArrayList<>();
        for (OffsetCommitRequest.Topic asked : request.topics()) {
            TopicInfo topic = byId ? image.topic(asked.topicId()) : image.topic(asked.name());
            known.add(topic);
            if (topic != null) {
                asked.partitions().forEach(partition -> offsets.add(toCommit(topic, partition)));
            }
        }
        ErrorCode unknown = byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        CommitCommand command = new CommitCommand(
                request.groupId(),
                new MemberIdentity(request.memberId(), request.groupInstanceId()),
                request.generationIdOrMemberEpoch(),
                request.retentionTimeMs(),
                context.apiVersion() >= GROUP_ID_NOT_FOUND_SINCE,
                offsets);
        return GroupCalls.reply(
                coordinators.submit(request.groupId(), machine -> machine.commit(command)),
                results -> response(request, known, results, unknown));
    }

    @Override
    public OffsetCommitResponse error(
            RequestContext context, OffsetCommitRequest request, ErrorCode error, String message) {
        ErrorCode told = error == ErrorCode.MESSAGE_TOO_LARGE ? ErrorCode.INVALID_COMMIT_OFFSET_SIZE : error;
        return OffsetCommitResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> topic(topic, () -> told))
                        .toList())
                .build();
    }

    private static OffsetToCommit toCommit(TopicInfo topic, OffsetCommitRequest.Partition partition) {
        return new OffsetToCommit(
                new TopicPartition(topic.name(), topic.id(), partition.partitionIndex()),
                partition.committedOffset(),
                partition.committedLeaderEpoch(),
                partition.committedMetadata());
    }

    /** @param results of the partitions of topics that exist, in the order asked */
    private static OffsetCommitResponse response(
            OffsetCommitRequest request, List<TopicInfo> known, List<ErrorCode> results, ErrorCode unknown) {
        Iterator<ErrorCode> next = results.iterator();
        List<OffsetCommitResponse.Topic> topics = new ArrayList<>(known.size());
        for (int i = 0; i < known.size(); i++) {
            topics.add(topic(request.topics().get(i), known.get(i) == null ? () -> unknown : next::next));
        }
        return OffsetCommitResponse.builder().topics(topics).build();
    }

    private static OffsetCommitResponse.Topic topic(OffsetCommitRequest.Topic asked, Supplier<ErrorCode> error) {
        return OffsetCommitResponse.Topic.builder()
                .name(asked.name())
                .topicId(asked.topicId())
                .partitions(asked.partitions().stream()
                        .map(partition -> OffsetCommitResponse.Partition.builder()
                                .partitionIndex(partition.partitionIndex())
                                .errorCode(error.get().code())
                                .build())
                        .toList())
                .build();
    }
}
