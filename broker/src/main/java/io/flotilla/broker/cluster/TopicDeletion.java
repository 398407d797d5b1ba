package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ClusterTopicRemovalRecord;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import io.flotilla.wire.message.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Deletes topics, by name or by id. Made for one request. */
final class TopicDeletion {
    private final MetadataState state;
    private final boolean enabled;
    private final List<MachineRecord> records = new ArrayList<>();
    private final Set<UUID> deleted = new HashSet<>();

    TopicDeletion(MetadataState state, BrokerConfig config) {
        this.state = state;
        this.enabled = config.get(BrokerProperties.DELETE_TOPICS);
    }

    Outcome<DeleteTopicsResponse> delete(DeleteTopicsRequest request) {
        List<DeleteTopicsResponse.Topic> results = new ArrayList<>();
        for (String name : request.topicNames()) {
            results.add(deleteOrRefuse(name, Message.ZERO_UUID));
        }
        for (DeleteTopicsRequest.Topic topic : request.topics()) {
            results.add(deleteOrRefuse(topic.name(), topic.topicId()));
        }
        return new Outcome<>(
                records, DeleteTopicsResponse.builder().responses(results).build());
    }

    private DeleteTopicsResponse.Topic deleteOrRefuse(String name, UUID id) {
        var result = DeleteTopicsResponse.Topic.builder().name(name).topicId(id);
        try {
            TopicInfo topic = find(name, id);
            if (!deleted.add(topic.id())) {
                throw Duplicates.refusal("topic " + topic.name());
            }
            records.add(RecordType.encode(new ClusterTopicRemovalRecord(topic.id())));
            return result.name(topic.name()).topicId(topic.id()).build();
        } catch (Refusal refusal) {
            return result.errorCode(refusal.code())
                    .errorMessage(refusal.getMessage())
                    .build();
        }
    }

    private TopicInfo find(String name, UUID id) {
        if (!enabled) {
            throw new Refusal(
                    ErrorCode.TOPIC_DELETION_DISABLED,
                    "Topics cannot be deleted: " + BrokerProperties.DELETE_TOPICS.name() + " is false");
        }
        boolean byId = !id.equals(Message.ZERO_UUID);
        if (byId == (name != null)) {
            throw new Refusal(ErrorCode.INVALID_REQUEST, "Give either the name or the id of a topic");
        }
        TopicInfo topic = byId ? state.topicsById.get(id) : state.topicsByName.get(name);
        if (topic == null) {
            throw byId
                    ? new Refusal(ErrorCode.UNKNOWN_TOPIC_ID, "No topic has the id " + Identifiers.text(id))
                    : new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Topic '" + name + "' does not exist");
        }
        return topic;
    }
}
