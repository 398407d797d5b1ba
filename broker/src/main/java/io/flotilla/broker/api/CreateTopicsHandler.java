package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;

/** CreateTopics. v4 lets partitions and replicas default (KIP-464), v5 returns the configuration (KIP-525), v7 the topic id. */
public final class CreateTopicsHandler extends MetadataLeaderHandler<CreateTopicsRequest, CreateTopicsResponse> {
    public CreateTopicsHandler(MetadataLeader leader) {
        super(ApiKey.CREATE_TOPICS, leader, ClusterController::createTopics);
    }

    @Override
    public CreateTopicsResponse error(
            RequestContext context, CreateTopicsRequest request, ErrorCode error, String message) {
        return CreateTopicsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> CreateTopicsResponse.Topic.builder()
                                .name(topic.name())
                                .errorCode(error.code())
                                .errorMessage(message)
                                .build())
                        .toList())
                .build();
    }
}
