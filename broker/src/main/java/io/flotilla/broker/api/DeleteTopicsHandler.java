package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import java.util.ArrayList;
import java.util.List;

/** DeleteTopics. Up to v5 by name; v6 by name or id. */
public final class DeleteTopicsHandler extends MetadataLeaderHandler<DeleteTopicsRequest, DeleteTopicsResponse> {
    public DeleteTopicsHandler(MetadataLeader leader) {
        super(ApiKey.DELETE_TOPICS, leader, ClusterController::deleteTopics);
    }

    @Override
    public DeleteTopicsResponse error(
            RequestContext context, DeleteTopicsRequest request, ErrorCode error, String message) {
        List<DeleteTopicsResponse.Topic> results = new ArrayList<>();
        request.topicNames()
                .forEach(name -> results.add(failed(error, message).name(name).build()));
        request.topics()
                .forEach(topic -> results.add(failed(error, message)
                        .name(topic.name())
                        .topicId(topic.topicId())
                        .build()));
        return DeleteTopicsResponse.builder().responses(results).build();
    }

    private static DeleteTopicsResponse.Topic.Builder failed(ErrorCode error, String message) {
        return DeleteTopicsResponse.Topic.builder().errorCode(error.code()).errorMessage(message);
    }
}
