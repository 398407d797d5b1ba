package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.partition.ProduceResult;
import io.flotilla.broker.partition.Replica;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DeleteRecordsRequest;
import io.flotilla.wire.message.DeleteRecordsResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * DeleteRecords (21), versions 0 to 2: gives up a partition's records below an offset (KIP-107). Answered once a majority of
 * replicas has agreed; the low watermark is then the new log start offset, which no later leader goes back behind.
 */
public final class DeleteRecordsHandler implements Handler<DeleteRecordsRequest, DeleteRecordsResponse> {
    /** Stands for all that is committed when the request arrives. */
    private static final long HIGH_WATERMARK = -1;

    private static final long NO_LOW_WATERMARK = -1;

    private final Partitions partitions;
    private final Clock clock;

    public DeleteRecordsHandler(Partitions partitions, Clock clock) {
        this.partitions = partitions;
        this.clock = clock;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DELETE_RECORDS;
    }

    @Override
    public CompletableFuture<DeleteRecordsResponse> handle(RequestContext context, DeleteRecordsRequest request) {
        MetadataImage image = partitions.image();
        long deadlineNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.timeoutMs());
        return PartitionCalls.gather(request.topics(), topic -> {
                    TopicInfo info = image.topic(topic.name());
                    return PartitionCalls.gather(topic.partitions(), asked -> delete(info, asked, deadlineNanos))
                            .thenApply(answers -> new DeleteRecordsResponse.Topic(topic.name(), answers));
                })
                .thenApply(DeleteRecordsHandler::response);
    }

    private CompletableFuture<DeleteRecordsResponse.Partition> delete(
            TopicInfo topic, DeleteRecordsRequest.Partition asked, long deadlineNanos) {
        Partitions.Found found = partitions.find(topic, false, asked.partitionIndex());
        ErrorCode refusal = found.error();
        if (topic != null && topic.internal()) {
            refusal = ErrorCode.INVALID_TOPIC_EXCEPTION;
        } else if (refusal == ErrorCode.NONE && !found.replica().config().delete()) {
            refusal = ErrorCode.POLICY_VIOLATION;
        }
        if (refusal != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(answer(asked, NO_LOW_WATERMARK, refusal));
        }
        Replica replica = found.replica();
        return PartitionCalls.ask(replica, () -> delete(replica, asked, deadlineNanos));
    }

    private static CompletableFuture<DeleteRecordsResponse.Partition> delete(
            Replica replica, DeleteRecordsRequest.Partition asked, long deadlineNanos) {
        CompletableFuture<ProduceResult> deleted = new CompletableFuture<>();
        long offset = asked.offset() == HIGH_WATERMARK ? replica.highWatermark() : asked.offset();
        replica.deleteRecords(offset, deadlineNanos, deleted::complete);
        return deleted.thenApply(result -> answer(asked, result.logStartOffset(), result.error()));
    }

    private static DeleteRecordsResponse.Partition answer(
            DeleteRecordsRequest.Partition asked, long lowWatermark, ErrorCode error) {
        return new DeleteRecordsResponse.Partition(asked.partitionIndex(), lowWatermark, error.code());
    }

    private static DeleteRecordsResponse response(List<DeleteRecordsResponse.Topic> topics) {
        return DeleteRecordsResponse.builder().topics(topics).build();
    }

    @Override
    public DeleteRecordsResponse error(
            RequestContext context, DeleteRecordsRequest request, ErrorCode error, String message) {
        return response(request.topics().stream()
                .map(topic -> new DeleteRecordsResponse.Topic(
                        topic.name(),
                        topic.partitions().stream()
                                .map(partition -> answer(partition, NO_LOW_WATERMARK, error))
                                .toList()))
                .toList());
    }
}
