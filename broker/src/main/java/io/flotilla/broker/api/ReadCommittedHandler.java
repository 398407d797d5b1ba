package io.flotilla.broker.api;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.ReadResult;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ReadCommittedRequest;
import io.flotilla.wire.message.ReadCommittedResponse;
import java.util.concurrent.CompletableFuture;

/** ReadCommitted (32030), private to brokers: gives another replica what it lost, whatever this one's role. */
public final class ReadCommittedHandler implements Handler<ReadCommittedRequest, ReadCommittedResponse> {
    private static final int MOST_BYTES = 4 << 20;

    private final Replicas replicas;

    public ReadCommittedHandler(Replicas replicas) {
        this.replicas = replicas;
    }

    @Override
    public ApiKey api() {
        return ApiKey.READ_COMMITTED;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public CompletableFuture<ReadCommittedResponse> handle(RequestContext context, ReadCommittedRequest request) {
        Replica replica = replicas.get(new PartitionId(request.topicId(), request.partition()));
        if (replica == null || !replica.isServing()) {
            return CompletableFuture.completedFuture(error(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        }
        int maxBytes = Math.min(request.maxBytes(), MOST_BYTES);
        return PartitionCalls.ask(replica, () -> read(replica.log(), request.firstIndex(), maxBytes))
                .thenApply(result -> answer(replica, result));
    }

    /** Where compaction has been there may be other bytes than the one who asks has to repair. */
    private static CompletableFuture<ReadResult> read(PartitionLog log, long firstIndex, int maxBytes) {
        return firstIndex <= log.alteredIndex()
                ? CompletableFuture.completedFuture(new ReadResult.OutOfRange())
                : log.readEntries(firstIndex, log.committedIndex(), maxBytes);
    }

    private static ReadCommittedResponse answer(Replica replica, ReadResult result) {
        if (result instanceof ReadResult.Batches batches && batches.bytes().isReadable()) {
            return ReadCommittedResponse.builder().records(batches.bytes()).build();
        }
        if (result instanceof ReadResult.Damaged damaged) {
            replica.damaged(damaged.damage());
            return error(ErrorCode.KAFKA_STORAGE_ERROR);
        }
        if (result instanceof ReadResult.Unavailable) {
            return error(ErrorCode.REPLICA_NOT_AVAILABLE);
        }
        return error(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Override
    public ReadCommittedResponse error(
            RequestContext context, ReadCommittedRequest request, ErrorCode error, String message) {
        return error(error);
    }

    private static ReadCommittedResponse error(ErrorCode error) {
        return ReadCommittedResponse.builder().errorCode(error.code()).build();
    }
}
