package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsResponse;

/** IncrementalAlterConfigs (KIP-339): sets and takes back single values. All versions mean the same. */
public final class IncrementalAlterConfigsHandler
        extends MetadataLeaderHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> {
    public IncrementalAlterConfigsHandler(MetadataLeader leader) {
        super(ApiKey.INCREMENTAL_ALTER_CONFIGS, leader, ClusterController::alterConfigs);
    }

    @Override
    public IncrementalAlterConfigsResponse error(
            RequestContext context, IncrementalAlterConfigsRequest request, ErrorCode error, String message) {
        return IncrementalAlterConfigsResponse.builder()
                .responses(request.resources().stream()
                        .map(resource -> IncrementalAlterConfigsResponse.Resource.builder()
                                .resourceType(resource.resourceType())
                                .resourceName(resource.resourceName())
                                .errorCode(error.code())
                                .errorMessage(message)
                                .build())
                        .toList())
                .build();
    }
}
