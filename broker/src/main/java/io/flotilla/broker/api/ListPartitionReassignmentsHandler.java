package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ListPartitionReassignmentsRequest;
import io.flotilla.wire.message.ListPartitionReassignmentsResponse;

/** ListPartitionReassignments (KIP-455): asked of the metadata leader, so that what was just altered shows. */
public final class ListPartitionReassignmentsHandler
        extends MetadataLeaderHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse> {
    public ListPartitionReassignmentsHandler(MetadataLeader leader) {
        super(ApiKey.LIST_PARTITION_REASSIGNMENTS, leader, ClusterController::listReassignments);
    }

    @Override
    public ListPartitionReassignmentsResponse error(
            RequestContext context, ListPartitionReassignmentsRequest request, ErrorCode error, String message) {
        return ListPartitionReassignmentsResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
