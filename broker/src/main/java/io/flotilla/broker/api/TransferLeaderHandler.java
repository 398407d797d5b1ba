package io.flotilla.broker.api;

import io.flotilla.broker.cluster.LeaderTransfer;
import io.flotilla.broker.net.Peers;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.TransferLeaderRequest;
import io.flotilla.wire.message.TransferLeaderResponse;
import java.util.concurrent.CompletableFuture;

/**
 * TransferLeader (32012), private to brokers: hands over a partition led here. Also the asking side: a transfer of a partition
 * that is led elsewhere goes to its leader.
 */
public final class TransferLeaderHandler
        implements Handler<TransferLeaderRequest, TransferLeaderResponse>, LeaderTransfer {
    private static final long TIMEOUT_MS = 10_000;
    private static final long LOOK_MS = 20;
    private static final int LOOKS = 100;

    private final int nodeId;
    private final Replicas replicas;
    private final Peers peers;

    public TransferLeaderHandler(int nodeId, Replicas replicas, Peers peers) {
        this.nodeId = nodeId;
        this.replicas = replicas;
        this.peers = peers;
    }

    @Override
    public ApiKey api() {
        return ApiKey.TRANSFER_LEADER;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public CompletableFuture<TransferLeaderResponse> handle(RequestContext context, TransferLeaderRequest request) {
        return transferHere(new PartitionId(request.topicId(), request.partition()), request.target())
                .thenApply(TransferLeaderHandler::response);
    }

    @Override
    public TransferLeaderResponse error(
            RequestContext context, TransferLeaderRequest request, ErrorCode error, String message) {
        return response(error);
    }

    private static TransferLeaderResponse response(ErrorCode error) {
        return TransferLeaderResponse.builder().errorCode(error.code()).build();
    }

    @Override
    public CompletableFuture<ErrorCode> transfer(PartitionId partition, int from, int to) {
        if (from == nodeId) {
            return transferHere(partition, to);
        }
        TransferLeaderRequest request = TransferLeaderRequest.builder()
                .topicId(partition.topicId())
                .partition(partition.partition())
                .target(to)
                .build();
        return peers.<TransferLeaderResponse>call(from, api(), (short) 0, request, TIMEOUT_MS)
                .handle((response, failure) ->
                        failure == null ? ErrorCode.of(response.errorCode()) : ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private CompletableFuture<ErrorCode> transferHere(PartitionId partition, int to) {
        Replica replica = replicas.get(partition);
        if (replica == null) {
            return CompletableFuture.completedFuture(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        CompletableFuture<ErrorCode> done = new CompletableFuture<>();
        replica.loop().execute(() -> {
            ErrorCode refused = start(replica, to);
            if (refused == ErrorCode.NONE) {
                watch(replica, to, LOOKS, done);
            } else {
                done.complete(refused);
            }
        });
        return done;
    }

    private static ErrorCode start(Replica replica, int to) {
        return switch (replica.group().transferLeadership(to)) {
            case STARTED -> ErrorCode.NONE;
            case NOT_LEADER -> ErrorCode.NOT_LEADER_OR_FOLLOWER;
            case BUSY -> ErrorCode.REBALANCE_IN_PROGRESS;
            case NOT_A_TARGET, TARGET_DOWN, TARGET_LAGS -> ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE;
        };
    }

    /** Looks now and then whether the target leads. A transfer ends soon, one way or the other. */
    private static void watch(Replica replica, int to, int looks, CompletableFuture<ErrorCode> done) {
        if (replica.leaderId() == to) {
            done.complete(ErrorCode.NONE);
        } else if (looks == 0) {
            done.complete(ErrorCode.REQUEST_TIMED_OUT);
        } else {
            replica.loop().schedule(() -> watch(replica, to, looks - 1, done), LOOK_MS);
        }
    }
}
