package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AddRaftVoterRequest;
import io.flotilla.wire.message.AddRaftVoterResponse;
import java.util.concurrent.CompletableFuture;

/**
 * AddRaftVoter (KIP-853): a registered broker becomes a voter of the metadata group. v0 is answered when it votes, v1 may ask to
 * be answered as soon as the wish is committed. Listeners are known from the broker's registration.
 */
public final class AddRaftVoterHandler extends MetadataLeaderHandler<AddRaftVoterRequest, AddRaftVoterResponse> {
    private final VoterChanges changes;

    public AddRaftVoterHandler(MetadataLeader leader, VoterChanges changes) {
        super(ApiKey.ADD_RAFT_VOTER, leader, ClusterController::addVoter);
        this.changes = changes;
    }

    @Override
    public CompletableFuture<AddRaftVoterResponse> handle(RequestContext context, AddRaftVoterRequest request) {
        return super.handle(context, request).thenCompose(response -> {
            if (response.errorCode() != ErrorCode.NONE.code() || !request.ackWhenCommitted()) {
                return CompletableFuture.completedFuture(response);
            }
            return changes.await(context.loop(), request.voterId(), true, request.timeoutMs())
                    .thenApply(settled -> settled
                            ? response
                            : error(
                                    context,
                                    request,
                                    ErrorCode.REQUEST_TIMED_OUT,
                                    "Broker " + request.voterId()
                                            + " has not caught up yet; it will vote when it has"));
        });
    }

    @Override
    public AddRaftVoterResponse error(
            RequestContext context, AddRaftVoterRequest request, ErrorCode error, String message) {
        return AddRaftVoterResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
