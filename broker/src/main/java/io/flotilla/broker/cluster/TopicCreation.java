package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.Setting;
import io.flotilla.broker.config.TopicProperties;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ClusterConfigRecord;
import io.flotilla.wire.message.ClusterTopicRecord;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Creates topics. Made for one request. */
final class TopicCreation {
    private static final int DEFAULT = -1;

    private final MetadataState state;
    private final BrokerConfig config;
    private final ConfigLayers layers;
    private final RandomGenerator random;
    private final PartitionPlanner planner;
    private final List<MachineRecord> records = new ArrayList<>();
    /** Metric forms of the names this request creates. */
    private final Set<String> created = new HashSet<>();

    TopicCreation(
            MetadataState state, BrokerConfig config, ConfigLayers layers, Liveness liveness, RandomGenerator random) {
        this.state = state;
        this.config = config;
        this.layers = layers;
        this.random = random;
        this.planner = new PartitionPlanner(state, config, liveness);
    }

    Outcome<CreateTopicsResponse> create(CreateTopicsRequest request) {
        Set<String> repeated = Duplicates.in(request.topics(), CreateTopicsRequest.Topic::name);
        List<CreateTopicsResponse.Topic> results = new ArrayList<>();
        for (CreateTopicsRequest.Topic topic : request.topics()) {
            if (!repeated.contains(topic.name())) {
                results.add(createOrRefuse(topic, request.validateOnly()));
            }
        }
        for (String name : repeated) {
            results.add(refused(name, Duplicates.refusal("topic " + name)));
        }
        return new Outcome<>(
                request.validateOnly() ? List.of() : records,
                CreateTopicsResponse.builder().topics(results).build());
    }

    private CreateTopicsResponse.Topic createOrRefuse(CreateTopicsRequest.Topic topic, boolean validateOnly) {
        try {
            checkName(topic.name());
            SortedMap<String, String> configs = configs(topic);
            List<List<Integer>> replicas = topic.assignments().isEmpty() ? placed(topic) : assigned(topic);
            UUID id = newId();
            add(topic.name(), id, replicas, configs);
            return result(topic.name(), replicas, configs)
                    .topicId(validateOnly ? Message.ZERO_UUID : id)
                    .build();
        } catch (Refusal refusal) {
            return refused(topic.name(), refusal);
        }
    }

    private void checkName(String name) {
        if (name.equals(TopicNames.CLUSTER_METADATA)) {
            throw new Refusal(ErrorCode.INVALID_REQUEST, "Topic " + name + " is reserved for the cluster's metadata");
        }
        String problem = TopicNames.problem(name);
        if (problem != null) {
            throw new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        if (state.topicsByName.containsKey(name)) {
            throw new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists");
        }
        String form = TopicNames.metricForm(name);
        String other = state.namesByMetricForm.get(form);
        if (other != null || created.contains(form)) {
            throw new Refusal(
                    ErrorCode.INVALID_TOPIC_EXCEPTION,
                    "Topic '%s' and topic '%s' would differ in '.' and '_' only, which metrics cannot tell apart"
                            .formatted(name, other == null ? "another of this request" : other));
        }
    }

    private SortedMap<String, String> configs(CreateTopicsRequest.Topic topic) {
        Set<String> repeated = Duplicates.in(topic.configs(), CreateTopicsRequest.Config::name);
        if (!repeated.isEmpty()) {
            throw Duplicates.refusal("configuration " + repeated);
        }
        SortedMap<String, String> configs = new TreeMap<>();
        for (CreateTopicsRequest.Config entry : topic.configs()) {
            if (entry.value() == null) {
                throw new Refusal(ErrorCode.INVALID_CONFIG, "Configuration " + entry.name() + " has no value");
            }
            configs.put(entry.name(), entry.value());
        }
        ConfigRules.checkTopic(configs, layers);
        return configs;
    }

    private List<List<Integer>> placed(CreateTopicsRequest.Topic topic) {
        int partitions =
                topic.numPartitions() == DEFAULT ? config.get(BrokerProperties.NUM_PARTITIONS) : topic.numPartitions();
        int factor = topic.replicationFactor() == DEFAULT
                ? config.get(BrokerProperties.DEFAULT_REPLICATION_FACTOR)
                : topic.replicationFactor();
        return planner.place(List.of(), partitions, factor);
    }

    private List<List<Integer>> assigned(CreateTopicsRequest.Topic topic) {
        if (topic.numPartitions() != DEFAULT) {
            throw new Refusal(
                    ErrorCode.INVALID_REQUEST, "With a replica assignment, the number of partitions must be -1");
        }
        if (topic.replicationFactor() != DEFAULT) {
            throw new Refusal(
                    ErrorCode.INVALID_REQUEST, "With a replica assignment, the replication factor must be -1");
        }
        int count = topic.assignments().size();
        List<List<Integer>> replicas = new ArrayList<>(Collections.nCopies(count, null));
        for (CreateTopicsRequest.Assignment assignment : topic.assignments()) {
            int partition = assignment.partitionIndex();
            if (partition < 0 || partition >= count || replicas.set(partition, assignment.brokerIds()) != null) {
                throw new Refusal(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "The replica assignment of %d partitions must have 0 to %d once each, not %d"
                                .formatted(count, count - 1, partition));
            }
        }
        return planner.assign(List.of(), replicas);
    }

    private void add(String name, UUID id, List<List<Integer>> replicas, SortedMap<String, String> configs) {
        created.add(TopicNames.metricForm(name));
        records.add(RecordType.encode(new ClusterTopicRecord(
                name,
                id,
                replicas.stream().map(ClusterTopicRecord.Partition::new).toList())));
        configs.forEach((key, value) ->
                records.add(RecordType.encode(new ClusterConfigRecord(ConfigResource.TOPIC, name, key, value))));
    }

    private UUID newId() {
        UUID id = Identifiers.random(random);
        while (state.topicsById.containsKey(id)) {
            id = Identifiers.random(random);
        }
        return id;
    }

    private CreateTopicsResponse.Topic.Builder result(
            String name, List<List<Integer>> replicas, SortedMap<String, String> configs) {
        List<CreateTopicsResponse.Config> described = new ArrayList<>();
        TopicProperties.all().values().forEach(property -> {
            Setting setting = property.effective(configs, layers);
            described.add(CreateTopicsResponse.Config.builder()
                    .name(setting.name())
                    .value(setting.value())
                    .configSource(setting.source().code())
                    .build());
        });
        return CreateTopicsResponse.Topic.builder()
                .name(name)
                .errorMessage(null)
                .numPartitions(replicas.size())
                .replicationFactor((short) replicas.get(0).size())
                .configs(described);
    }

    private static CreateTopicsResponse.Topic refused(String name, Refusal refusal) {
        return CreateTopicsResponse.Topic.builder()
                .name(name)
                .errorCode(refusal.code())
                .errorMessage(refusal.getMessage())
                .build();
    }
}
