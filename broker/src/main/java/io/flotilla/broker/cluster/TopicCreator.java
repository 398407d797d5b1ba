package io.flotilla.broker.cluster;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates topics that somebody just asked for, through the metadata leader. However many ask for a topic at once, it is
 * requested once. Thread-safe.
 */
public final class TopicCreator {
    private final ControllerChannel controller;
    private final ConcurrentHashMap<String, CompletableFuture<ErrorCode>> inFlight = new ConcurrentHashMap<>();

    public TopicCreator(ControllerChannel controller) {
        this.controller = controller;
    }

    /** A topic whose number of partitions and replicas, and configuration, are the brokers' defaults. */
    public static CreateTopicsRequest.Topic withDefaults(String name) {
        return CreateTopicsRequest.Topic.builder()
                .name(name)
                .numPartitions(-1)
                .replicationFactor((short) -1)
                .build();
    }

    /**
     * Creates the topics; one that exists already is fine too.
     *
     * @return never fails; per name NONE when the topic is in the metadata, though perhaps not in this broker's image yet;
     *     {@link ErrorCode#LEADER_NOT_AVAILABLE} when the metadata leader could not be asked
     */
    public CompletableFuture<Map<String, ErrorCode>> create(List<CreateTopicsRequest.Topic> topics) {
        Map<String, CompletableFuture<ErrorCode>> awaited = new LinkedHashMap<>();
        List<CreateTopicsRequest.Topic> asked = new ArrayList<>();
        for (CreateTopicsRequest.Topic topic : topics) {
            CompletableFuture<ErrorCode> fresh = new CompletableFuture<>();
            CompletableFuture<ErrorCode> known = inFlight.putIfAbsent(topic.name(), fresh);
            awaited.put(topic.name(), known == null ? fresh : known);
            if (known == null) {
                asked.add(topic);
            }
        }
        if (!asked.isEmpty()) {
            ask(asked);
        }
        return CompletableFuture.allOf(awaited.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    Map<String, ErrorCode> results = new LinkedHashMap<>();
                    awaited.forEach((name, result) -> results.put(name, result.join()));
                    return results;
                });
    }

    private void ask(List<CreateTopicsRequest.Topic> topics) {
        controller
                .<CreateTopicsResponse>ask(
                        ApiKey.CREATE_TOPICS,
                        CreateTopicsRequest.builder().topics(topics).build())
                .whenComplete((response, failure) -> {
                    Map<String, ErrorCode> results = new LinkedHashMap<>();
                    if (failure == null) {
                        response.topics().forEach(topic -> results.put(topic.name(), outcome(topic)));
                    }
                    for (CreateTopicsRequest.Topic topic : topics) {
                        inFlight.remove(topic.name())
                                .complete(results.getOrDefault(topic.name(), ErrorCode.LEADER_NOT_AVAILABLE));
                    }
                });
    }

    private static ErrorCode outcome(CreateTopicsResponse.Topic topic) {
        ErrorCode error = ErrorCode.of(topic.errorCode());
        return switch (error) {
            case TOPIC_ALREADY_EXISTS -> ErrorCode.NONE;
            case NOT_CONTROLLER -> ErrorCode.LEADER_NOT_AVAILABLE;
            default -> error;
        };
    }
}
