package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.Replica;
import io.flotilla.log.index.EpochEnd;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.OffsetForLeaderEpochRequest;
import io.flotilla.wire.message.OffsetForLeaderEpochResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * OffsetForLeaderEpoch (23), versions 2 to 4: where a leader epoch ends, which tells a consumer whether what it read last is
 * still there (KIP-320). A leader knows from its first moment: its log holds all that was ever committed, and stays.
 */
public final class OffsetForLeaderEpochHandler
        implements Handler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> {
    private final Partitions partitions;

    public OffsetForLeaderEpochHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKey api() {
        return ApiKey.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public CompletableFuture<OffsetForLeaderEpochResponse> handle(
            RequestContext context, OffsetForLeaderEpochRequest request) {
        MetadataImage image = partitions.image();
        return PartitionCalls.gather(request.topics(), topic -> {
                    TopicInfo info = image.topic(topic.topic());
                    return PartitionCalls.gather(topic.partitions(), partition -> answer(info, partition))
                            .thenApply(answers -> new OffsetForLeaderEpochResponse.Topic(topic.topic(), answers));
                })
                .thenApply(OffsetForLeaderEpochHandler::response);
    }

    private CompletableFuture<OffsetForLeaderEpochResponse.Partition> answer(
            TopicInfo topic, OffsetForLeaderEpochRequest.Partition asked) {
        Partitions.Found found = partitions.find(topic, false, asked.partition());
        if (found.error() != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(refused(asked, found.error()));
        }
        Replica replica = found.replica();
        return PartitionCalls.ask(replica, () -> CompletableFuture.completedFuture(answer(replica, asked)));
    }

    private static OffsetForLeaderEpochResponse.Partition answer(
            Replica replica, OffsetForLeaderEpochRequest.Partition asked) {
        ErrorCode error = Partitions.checkEpoch(replica, asked.currentLeaderEpoch());
        ErrorCode leading = replica.checkLeading();
        if (error == ErrorCode.NONE && leading != ErrorCode.OFFSET_NOT_AVAILABLE) {
            error = leading;
        }
        if (error != ErrorCode.NONE) {
            return refused(asked, error);
        }
        EpochEnd end = replica.log().endOffsetForEpoch(asked.leaderEpoch());
        return OffsetForLeaderEpochResponse.Partition.builder()
                .partition(asked.partition())
                .leaderEpoch(end.epoch())
                .endOffset(end.endOffset())
                .build();
    }

    private static OffsetForLeaderEpochResponse.Partition refused(
            OffsetForLeaderEpochRequest.Partition asked, ErrorCode error) {
        return OffsetForLeaderEpochResponse.Partition.builder()
                .partition(asked.partition())
                .errorCode(error.code())
                .build();
    }

    private static OffsetForLeaderEpochResponse response(List<OffsetForLeaderEpochResponse.Topic> topics) {
        return OffsetForLeaderEpochResponse.builder().topics(topics).build();
    }

    @Override
    public OffsetForLeaderEpochResponse error(
            RequestContext context, OffsetForLeaderEpochRequest request, ErrorCode error, String message) {
        return response(request.topics().stream()
                .map(topic -> new OffsetForLeaderEpochResponse.Topic(
                        topic.topic(),
                        topic.partitions().stream()
                                .map(partition -> refused(partition, error))
                                .toList()))
                .toList());
    }
}
