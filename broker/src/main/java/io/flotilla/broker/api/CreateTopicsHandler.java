package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** CreateTopics. v4 lets partitions and replicas default (KIP-464), v5 returns the configuration (KIP-525), v7 the topic id. */
public final class CreateTopicsHandler extends MetadataLeaderHandler<CreateTopicsRequest, CreateTopicsResponse> {
    private final NewLeaders newLeaders;

    public CreateTopicsHandler(MetadataLeader leader, NewLeaders newLeaders) {
        super(ApiKey.CREATE_TOPICS, leader, ClusterController::createTopics);
        this.newLeaders = newLeaders;
    }

    @Override
    public CompletableFuture<CreateTopicsResponse> handle(RequestContext context, CreateTopicsRequest request) {
        return super.handle(context, request).thenCompose(response -> {
            List<String> created = request.validateOnly()
                    ? List.of()
                    : response.topics().stream()
                            .filter(topic -> topic.errorCode() == ErrorCode.NONE.code())
                            .map(CreateTopicsResponse.Topic::name)
                            .toList();
            return newLeaders.await(context.loop(), created, request.timeoutMs(), response);
        });
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
