package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreatePartitionsResponse;

/** CreatePartitions (KIP-195). All versions mean the same. */
public final class CreatePartitionsHandler
        extends MetadataLeaderHandler<CreatePartitionsRequest, CreatePartitionsResponse> {
    public CreatePartitionsHandler(MetadataLeader leader) {
        super(ApiKey.CREATE_PARTITIONS, leader, ClusterController::createPartitions);
    }

    @Override
    public CreatePartitionsResponse error(
            RequestContext context, CreatePartitionsRequest request, ErrorCode error, String message) {
        return CreatePartitionsResponse.builder()
                .results(request.topics().stream()
                        .map(topic -> CreatePartitionsResponse.Topic.builder()
                                .name(topic.name())
                                .errorCode(error.code())
                                .errorMessage(message)
                                .build())
                        .toList())
                .build();
    }
}
