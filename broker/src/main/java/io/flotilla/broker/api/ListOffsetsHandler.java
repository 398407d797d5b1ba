package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.Replica;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.RecordPosition;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ListOffsetsRequest;
import io.flotilla.wire.message.ListOffsetsResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * ListOffsets (2), versions 1 to 11: offsets by time, exact to the record, or by what they mean. Only a leader that has
 * committed in its term answers: before that its high watermark may lie below what the leader before it has told (KIP-207). And
 * only once a quorum has confirmed that it leads (ReadIndex), so that no answer is older than the question.
 *
 * <p>Without transactions every committed record is stable, so both isolation levels end at the high watermark. Nothing is
 * tiered, so the earliest local offset is the earliest there is, and there is no latest tiered one.
 */
public final class ListOffsetsHandler implements Handler<ListOffsetsRequest, ListOffsetsResponse> {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;

    /**
     * First versions to know the special timestamps -1 (latest), -2 (earliest), -3 (largest timestamp, KIP-734), -4 (earliest
     * local, KIP-405), -5 (latest tiered, KIP-1005) and -6 (earliest to be tiered, KIP-1023).
     */
    private static final int[] SPECIAL_SINCE = {1, 1, 7, 8, 9, 11};

    private static final short FIRST_VERSION_WITH_EPOCHS = 4;
    private static final short FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE = 5;

    private final Partitions partitions;

    public ListOffsetsHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKey api() {
        return ApiKey.LIST_OFFSETS;
    }

    @Override
    public CompletableFuture<ListOffsetsResponse> handle(RequestContext context, ListOffsetsRequest request) {
        record Key(String topic, int partition) {}
        Set<Key> seen = new HashSet<>();
        Set<Key> twice = new HashSet<>();
        request.topics().forEach(topic -> topic.partitions().forEach(partition -> {
            Key key = new Key(topic.name(), partition.partitionIndex());
            if (!seen.add(key)) {
                twice.add(key);
            }
        }));
        MetadataImage image = partitions.image();
        return PartitionCalls.gather(request.topics(), topic -> PartitionCalls.gather(topic.partitions(), partition -> {
                            Key key = new Key(topic.name(), partition.partitionIndex());
                            return twice.contains(key)
                                    ? failed(partition, ErrorCode.INVALID_REQUEST)
                                    : answer(context, image.topic(topic.name()), partition);
                        })
                        .thenApply(answers -> new ListOffsetsResponse.Topic(topic.name(), answers)))
                .thenApply(ListOffsetsHandler::response);
    }

    private CompletableFuture<ListOffsetsResponse.Partition> answer(
            RequestContext context, TopicInfo topic, ListOffsetsRequest.Partition asked) {
        if (!isKnown(asked.timestamp(), context.apiVersion())) {
            return failed(asked, ErrorCode.UNSUPPORTED_VERSION);
        }
        Partitions.Found found = partitions.find(topic, false, asked.partitionIndex());
        if (found.error() != ErrorCode.NONE) {
            return failed(asked, found.error());
        }
        Replica replica = found.replica();
        return PartitionCalls.ask(replica, () -> answer(context, replica, asked));
    }

    /** Answers once a quorum has confirmed that this replica still leads: one that was deposed may not know it yet. */
    private static CompletableFuture<ListOffsetsResponse.Partition> answer(
            RequestContext context, Replica replica, ListOffsetsRequest.Partition asked) {
        ErrorCode error = check(context, replica, asked);
        if (error != ErrorCode.NONE) {
            return failed(asked, error);
        }
        return replica.confirm().thenCompose(confirmed -> {
            ErrorCode now = confirmed ? check(context, replica, asked) : ErrorCode.NOT_LEADER_OR_FOLLOWER;
            return now == ErrorCode.NONE ? answerConfirmed(context, replica, asked) : failed(asked, now);
        });
    }

    private static ErrorCode check(RequestContext context, Replica replica, ListOffsetsRequest.Partition asked) {
        ErrorCode error = Partitions.checkEpoch(replica, asked.currentLeaderEpoch());
        if (error == ErrorCode.NONE) {
            error = replica.checkLeading();
        }
        boolean old = context.apiVersion() < FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE;
        return error == ErrorCode.OFFSET_NOT_AVAILABLE && old ? ErrorCode.LEADER_NOT_AVAILABLE : error;
    }

    private static CompletableFuture<ListOffsetsResponse.Partition> answerConfirmed(
            RequestContext context, Replica replica, ListOffsetsRequest.Partition asked) {
        return find(replica, asked.timestamp())
                .handle((position, failure) ->
                        failure == null ? found(context, asked, position) : refused(asked, reported(replica, failure)));
    }

    private static ErrorCode reported(Replica replica, Throwable failure) {
        if (failure instanceof DamagedLogException damaged) {
            replica.damaged(damaged.damage());
        }
        return ErrorCode.KAFKA_STORAGE_ERROR;
    }

    private static CompletableFuture<RecordPosition> find(Replica replica, long timestamp) {
        PartitionLog log = replica.log();
        long end = replica.highWatermark();
        if (timestamp >= 0) {
            return log.findByTimestamp(timestamp, end);
        }
        if (timestamp == MAX_TIMESTAMP) {
            return log.findMaxTimestamp(end);
        }
        RecordPosition position = RecordPosition.NONE;
        if (timestamp == LATEST) {
            position = new RecordPosition(end, -1, replica.term());
        } else if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            long start = log.logStartOffset();
            position = new RecordPosition(start, -1, start < end ? log.termAt(log.indexOf(start)) : replica.term());
        }
        return CompletableFuture.completedFuture(position);
    }

    private static boolean isKnown(long timestamp, short version) {
        return timestamp >= 0 || timestamp >= -SPECIAL_SINCE.length && version >= SPECIAL_SINCE[(int) (-1 - timestamp)];
    }

    private static ListOffsetsResponse.Partition found(
            RequestContext context, ListOffsetsRequest.Partition asked, RecordPosition position) {
        ListOffsetsResponse.Partition.Builder answer = ListOffsetsResponse.Partition.builder()
                .partitionIndex(asked.partitionIndex())
                .timestamp(position.timestamp())
                .offset(position.offset());
        if (context.apiVersion() >= FIRST_VERSION_WITH_EPOCHS) {
            answer.leaderEpoch(position.term());
        }
        return answer.build();
    }

    private static ListOffsetsResponse.Partition refused(ListOffsetsRequest.Partition asked, ErrorCode error) {
        return ListOffsetsResponse.Partition.builder()
                .partitionIndex(asked.partitionIndex())
                .errorCode(error.code())
                .build();
    }

    private static CompletableFuture<ListOffsetsResponse.Partition> failed(
            ListOffsetsRequest.Partition asked, ErrorCode error) {
        return CompletableFuture.completedFuture(refused(asked, error));
    }

    private static ListOffsetsResponse response(List<ListOffsetsResponse.Topic> topics) {
        return ListOffsetsResponse.builder().topics(topics).build();
    }

    @Override
    public ListOffsetsResponse error(
            RequestContext context, ListOffsetsRequest request, ErrorCode error, String message) {
        return response(request.topics().stream()
                .map(topic -> new ListOffsetsResponse.Topic(
                        topic.name(),
                        topic.partitions().stream()
                                .map(partition -> refused(partition, error))
                                .toList()))
                .toList());
    }
}
