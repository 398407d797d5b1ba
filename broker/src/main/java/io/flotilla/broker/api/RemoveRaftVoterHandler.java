package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RemoveRaftVoterRequest;
import io.flotilla.wire.message.RemoveRaftVoterResponse;
import java.util.concurrent.CompletableFuture;

/** RemoveRaftVoter (KIP-853): a voter of the metadata group only follows it from now on. Answered when that is so. */
public final class RemoveRaftVoterHandler
        extends MetadataLeaderHandler<RemoveRaftVoterRequest, RemoveRaftVoterResponse> {
    private static final long TIMEOUT_MS = 10_000;

    private final VoterChanges changes;

    public RemoveRaftVoterHandler(MetadataLeader leader, VoterChanges changes) {
        super(ApiKey.REMOVE_RAFT_VOTER, leader, ClusterController::removeVoter);
        this.changes = changes;
    }

    @Override
    public CompletableFuture<RemoveRaftVoterResponse> handle(RequestContext context, RemoveRaftVoterRequest request) {
        return super.handle(context, request).thenCompose(response -> {
            if (response.errorCode() != ErrorCode.NONE.code()) {
                return CompletableFuture.completedFuture(response);
            }
            return changes.await(context.loop(), request.voterId(), false, TIMEOUT_MS)
                    .thenApply(settled -> settled
                            ? response
                            : error(
                                    context,
                                    request,
                                    ErrorCode.REQUEST_TIMED_OUT,
                                    "Broker " + request.voterId()
                                            + " votes until a majority of the others can be reached"));
        });
    }

    @Override
    public RemoveRaftVoterResponse error(
            RequestContext context, RemoveRaftVoterRequest request, ErrorCode error, String message) {
        return RemoveRaftVoterResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
