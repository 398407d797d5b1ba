package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreatePartitionsResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** CreatePartitions (KIP-195). All versions mean the same. */
public final class CreatePartitionsHandler
        extends MetadataLeaderHandler<CreatePartitionsRequest, CreatePartitionsResponse> {
    private final NewLeaders newLeaders;

    public CreatePartitionsHandler(MetadataLeader leader, NewLeaders newLeaders) {
        super(ApiKey.CREATE_PARTITIONS, leader, ClusterController::createPartitions);
        this.newLeaders = newLeaders;
    }

    @Override
    public CompletableFuture<CreatePartitionsResponse> handle(RequestContext context, CreatePartitionsRequest request) {
        return super.handle(context, request).thenCompose(response -> {
            List<String> created = request.validateOnly()
                    ? List.of()
                    : response.results().stream()
                            .filter(topic -> topic.errorCode() == ErrorCode.NONE.code())
                            .map(CreatePartitionsResponse.Topic::name)
                            .toList();
            return newLeaders.await(context.loop(), created, request.timeoutMs(), response);
        });
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
