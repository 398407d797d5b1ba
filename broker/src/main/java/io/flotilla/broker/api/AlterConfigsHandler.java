package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterConfigsRequest;
import io.flotilla.wire.message.AlterConfigsResponse;

/** AlterConfigs (KIP-133): replaces everything that is set on a resource. All versions mean the same. */
public final class AlterConfigsHandler extends MetadataLeaderHandler<AlterConfigsRequest, AlterConfigsResponse> {
    public AlterConfigsHandler(MetadataLeader leader) {
        super(ApiKey.ALTER_CONFIGS, leader, ClusterController::alterConfigs);
    }

    @Override
    public AlterConfigsResponse error(
            RequestContext context, AlterConfigsRequest request, ErrorCode error, String message) {
        return AlterConfigsResponse.builder()
                .responses(request.resources().stream()
                        .map(resource -> AlterConfigsResponse.Resource.builder()
                                .resourceType(resource.resourceType())
                                .resourceName(resource.resourceName())
                                .errorCode(error.code())
                                .errorMessage(message)
                                .build())
                        .toList())
                .build();
    }
}
