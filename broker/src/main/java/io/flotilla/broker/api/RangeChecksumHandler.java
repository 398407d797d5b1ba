package io.flotilla.broker.api;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.RangeChecksums;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.RangeChecksumResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** RangeChecksum (32031), for brokers and Flotilla's own commands: reads a range of this replica, to compare it with others. */
public final class RangeChecksumHandler implements Handler<RangeChecksumRequest, RangeChecksumResponse> {
    private final Replicas replicas;
    private final Executor blocking;

    public RangeChecksumHandler(Replicas replicas, Executor blocking) {
        this.replicas = replicas;
        this.blocking = blocking;
    }

    @Override
    public ApiKey api() {
        return ApiKey.RANGE_CHECKSUM;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public boolean forCommands() {
        return true;
    }

    @Override
    public CompletableFuture<RangeChecksumResponse> handle(RequestContext context, RangeChecksumRequest request) {
        Replica replica = replicas.get(new PartitionId(request.topicId(), request.partition()));
        if (replica == null || !replica.isServing()) {
            return CompletableFuture.completedFuture(
                    error(context, request, ErrorCode.NOT_LEADER_OR_FOLLOWER, "no replica is open here"));
        }
        return PartitionCalls.ask(replica, () -> RangeChecksums.of(replica, request, blocking));
    }

    @Override
    public RangeChecksumResponse error(
            RequestContext context, RangeChecksumRequest request, ErrorCode error, String message) {
        return RangeChecksumResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
