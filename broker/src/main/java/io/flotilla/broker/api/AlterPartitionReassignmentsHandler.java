package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AlterPartitionReassignmentsResponse;

/**
 * AlterPartitionReassignments (KIP-455): answered as soon as the wish is committed. v1 can forbid that the number of replicas
 * changes.
 */
public final class AlterPartitionReassignmentsHandler
        extends MetadataLeaderHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse> {
    public AlterPartitionReassignmentsHandler(MetadataLeader leader) {
        super(ApiKey.ALTER_PARTITION_REASSIGNMENTS, leader, ClusterController::alterReassignments);
    }

    @Override
    public AlterPartitionReassignmentsResponse error(
            RequestContext context, AlterPartitionReassignmentsRequest request, ErrorCode error, String message) {
        return AlterPartitionReassignmentsResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
