package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ClusterPartitionsRecord;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreatePartitionsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Adds partitions to topics. Made for one request. */
final class PartitionCreation {
    private final MetadataState state;
    private final PartitionPlanner planner;
    private final List<MachineRecord> records = new ArrayList<>();

    PartitionCreation(MetadataState state, BrokerConfig config, Liveness liveness) {
        this.state = state;
        this.planner = new PartitionPlanner(state, config, liveness);
    }

    Outcome<CreatePartitionsResponse> create(CreatePartitionsRequest request) {
        Set<String> repeated = Duplicates.in(request.topics(), CreatePartitionsRequest.Topic::name);
        List<CreatePartitionsResponse.Topic> results = new ArrayList<>();
        for (CreatePartitionsRequest.Topic topic : request.topics()) {
            if (!repeated.contains(topic.name())) {
                results.add(createOrRefuse(topic));
            }
        }
        for (String name : repeated) {
            results.add(refused(name, Duplicates.refusal("topic " + name)));
        }
        return new Outcome<>(
                request.validateOnly() ? List.of() : records,
                CreatePartitionsResponse.builder().results(results).build());
    }

    private CreatePartitionsResponse.Topic createOrRefuse(CreatePartitionsRequest.Topic topic) {
        try {
            TopicInfo existing = state.topicsByName.get(topic.name());
            if (existing == null) {
                throw new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Topic '" + topic.name() + "' does not exist");
            }
            List<List<Integer>> added = plan(existing, topic);
            records.add(RecordType.encode(new ClusterPartitionsRecord(
                    existing.id(),
                    existing.partitions(),
                    added.stream().map(ClusterPartitionsRecord.Partition::new).toList())));
            return CreatePartitionsResponse.Topic.builder().name(topic.name()).build();
        } catch (Refusal refusal) {
            return refused(topic.name(), refusal);
        }
    }

    private List<List<Integer>> plan(TopicInfo existing, CreatePartitionsRequest.Topic topic) {
        if (topic.count() <= existing.partitions()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic '%s' has %d partitions; the new number must be larger, not %d"
                            .formatted(topic.name(), existing.partitions(), topic.count()));
        }
        int more = topic.count() - existing.partitions();
        if (topic.assignments() == null) {
            return planner.place(
                    existing.targets(), more, existing.targets().get(0).size());
        }
        if (topic.assignments().size() != more) {
            throw new Refusal(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "%d partitions would be added, but %d have a replica assignment"
                            .formatted(more, topic.assignments().size()));
        }
        return planner.assign(
                existing.targets(),
                topic.assignments().stream()
                        .map(CreatePartitionsRequest.Assignment::brokerIds)
                        .toList());
    }

    private static CreatePartitionsResponse.Topic refused(String name, Refusal refusal) {
        return CreatePartitionsResponse.Topic.builder()
                .name(name)
                .errorCode(refusal.code())
                .errorMessage(refusal.getMessage())
                .build();
    }
}
