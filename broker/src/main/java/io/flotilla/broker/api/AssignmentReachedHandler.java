package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.message.AssignmentReachedResponse;

/** AssignmentReached, private: a partition's leader reports that its group is as metadata wants it. */
public final class AssignmentReachedHandler
        extends MetadataLeaderHandler<AssignmentReachedRequest, AssignmentReachedResponse> {
    public AssignmentReachedHandler(MetadataLeader leader) {
        super(ApiKey.ASSIGNMENT_REACHED, leader, ClusterController::assignmentReached);
    }

    @Override
    public AssignmentReachedResponse error(
            RequestContext context, AssignmentReachedRequest request, ErrorCode error, String message) {
        return AssignmentReachedResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
