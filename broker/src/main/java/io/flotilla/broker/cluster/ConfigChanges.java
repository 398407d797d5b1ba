package io.flotilla.broker.cluster;

import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.Property;
import io.flotilla.broker.config.Setting;
import io.flotilla.broker.config.TopicProperty;
import io.flotilla.broker.config.ValueType;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterConfigsRequest;
import io.flotilla.wire.message.AlterConfigsResponse;
import io.flotilla.wire.message.ClusterConfigRecord;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Changes what is set on topics and brokers: all of it at once (AlterConfigs) or value by value (KIP-339). Each resource
 * succeeds or fails as a whole. Made for one request.
 */
final class ConfigChanges {
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private final MetadataState state;
    private final ConfigLayers layers;
    private final List<MachineRecord> records = new ArrayList<>();

    ConfigChanges(MetadataState state, ConfigLayers layers) {
        this.state = state;
        this.layers = layers;
    }

    Outcome<AlterConfigsResponse> replace(AlterConfigsRequest request) {
        Set<ConfigResource> repeated = Duplicates.in(request.resources(), ConfigChanges::resource);
        List<AlterConfigsResponse.Resource> results = new ArrayList<>();
        for (AlterConfigsRequest.Resource asked : request.resources()) {
            Refusal refusal = change(resource(asked), repeated, () -> replacement(asked));
            results.add(AlterConfigsResponse.Resource.builder()
                    .resourceType(asked.resourceType())
                    .resourceName(asked.resourceName())
                    .errorCode(codeOf(refusal))
                    .errorMessage(messageOf(refusal))
                    .build());
        }
        return new Outcome<>(
                request.validateOnly() ? List.of() : records,
                AlterConfigsResponse.builder().responses(results).build());
    }

    Outcome<IncrementalAlterConfigsResponse> change(IncrementalAlterConfigsRequest request) {
        Set<ConfigResource> repeated = Duplicates.in(request.resources(), ConfigChanges::resource);
        List<IncrementalAlterConfigsResponse.Resource> results = new ArrayList<>();
        for (IncrementalAlterConfigsRequest.Resource asked : request.resources()) {
            Refusal refusal = change(resource(asked), repeated, () -> changed(asked));
            results.add(IncrementalAlterConfigsResponse.Resource.builder()
                    .resourceType(asked.resourceType())
                    .resourceName(asked.resourceName())
                    .errorCode(codeOf(refusal))
                    .errorMessage(messageOf(refusal))
                    .build());
        }
        return new Outcome<>(
                request.validateOnly() ? List.of() : records,
                IncrementalAlterConfigsResponse.builder().responses(results).build());
    }

    private static ConfigResource resource(AlterConfigsRequest.Resource asked) {
        return new ConfigResource(asked.resourceType(), asked.resourceName());
    }

    private static ConfigResource resource(IncrementalAlterConfigsRequest.Resource asked) {
        return new ConfigResource(asked.resourceType(), asked.resourceName());
    }

    /** @return null when done */
    private Refusal change(
            ConfigResource resource, Set<ConfigResource> repeated, Supplier<SortedMap<String, String>> wanted) {
        try {
            if (repeated.contains(resource)) {
                throw Duplicates.refusal("resource " + resource.name());
            }
            SortedMap<String, String> before = current(resource);
            SortedMap<String, String> after = wanted.get();
            if (resource.type() == ConfigResource.TOPIC) {
                ConfigRules.checkTopic(after, layers);
            } else {
                ConfigRules.checkBroker(after);
            }
            addDifference(resource, before, after);
            return null;
        } catch (Refusal refusal) {
            return refusal;
        }
    }

    private SortedMap<String, String> current(ConfigResource resource) {
        if (resource.type() == ConfigResource.TOPIC) {
            TopicInfo topic = state.topicsByName.get(resource.name());
            if (topic == null) {
                throw new Refusal(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Topic '" + resource.name() + "' does not exist");
            }
            return topic.configs();
        }
        if (resource.type() != ConfigResource.BROKER) {
            throw new Refusal(
                    ErrorCode.INVALID_REQUEST,
                    "Only topics and brokers can be configured, not resources of type " + resource.type());
        }
        if (resource.isAllBrokers()) {
            return state.clusterConfigs;
        }
        int broker = resource.brokerId();
        if (broker < 0) {
            throw new Refusal(ErrorCode.INVALID_REQUEST, "'" + resource.name() + "' is not the id of a broker");
        }
        if (!state.brokers.containsKey(broker)) {
            throw new Refusal(ErrorCode.BROKER_ID_NOT_REGISTERED, "No broker has the id " + broker);
        }
        return state.brokerConfigs(broker);
    }

    private static SortedMap<String, String> replacement(AlterConfigsRequest.Resource asked) {
        Set<String> repeated = Duplicates.in(asked.configs(), AlterConfigsRequest.Config::name);
        if (!repeated.isEmpty()) {
            throw Duplicates.refusal("configuration " + repeated);
        }
        SortedMap<String, String> wanted = new TreeMap<>();
        for (AlterConfigsRequest.Config entry : asked.configs()) {
            wanted.put(entry.name(), given(entry.name(), entry.value()));
        }
        return wanted;
    }

    private SortedMap<String, String> changed(IncrementalAlterConfigsRequest.Resource asked) {
        Set<String> repeated = Duplicates.in(asked.configs(), IncrementalAlterConfigsRequest.Config::name);
        if (!repeated.isEmpty()) {
            throw Duplicates.refusal("configuration " + repeated);
        }
        ConfigResource resource = resource(asked);
        SortedMap<String, String> wanted = new TreeMap<>(current(resource));
        for (IncrementalAlterConfigsRequest.Config entry : asked.configs()) {
            String name = entry.name();
            switch (entry.configOperation()) {
                case SET -> wanted.put(name, given(name, entry.value()));
                case DELETE -> wanted.remove(name);
                case APPEND -> wanted.put(name, appended(items(resource, name, wanted), given(name, entry.value())));
                case SUBTRACT -> wanted.put(name, without(items(resource, name, wanted), given(name, entry.value())));
                default ->
                    throw new Refusal(
                            ErrorCode.INVALID_REQUEST,
                            "Unknown operation %d on configuration %s".formatted(entry.configOperation(), name));
            }
        }
        return wanted;
    }

    private static String given(String name, String value) {
        if (value == null) {
            throw new Refusal(ErrorCode.INVALID_REQUEST, "Configuration " + name + " has no value");
        }
        return value;
    }

    /** The items of a list in effect before this request. */
    private Set<String> items(ConfigResource resource, String name, SortedMap<String, String> set) {
        boolean topic = resource.type() == ConfigResource.TOPIC;
        Property<?> property = topic ? ConfigRules.topicProperty(name).property() : ConfigRules.brokerProperty(name);
        if (property.type() != ValueType.LIST) {
            throw new Refusal(
                    ErrorCode.INVALID_CONFIG,
                    "Configuration %s is not a list: it can be set and deleted only".formatted(name));
        }
        String value = set.get(name);
        if (value == null) {
            value = topic ? effective(ConfigRules.topicProperty(name), set) : property.defaultText();
        }
        return split(value == null ? "" : value);
    }

    private String effective(TopicProperty<?> property, SortedMap<String, String> set) {
        Setting setting = property.effective(set, layers);
        return setting.value();
    }

    private static String appended(Set<String> items, String more) {
        items.addAll(split(more));
        return String.join(",", items);
    }

    private static String without(Set<String> items, String less) {
        items.removeAll(split(less));
        return String.join(",", items);
    }

    private static Set<String> split(String list) {
        Set<String> items = new LinkedHashSet<>(
                Arrays.stream(list.split(",")).map(String::trim).toList());
        items.remove("");
        return items;
    }

    private void addDifference(
            ConfigResource resource, SortedMap<String, String> before, SortedMap<String, String> after) {
        SortedSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                records.add(RecordType.encode(
                        new ClusterConfigRecord(resource.type(), resource.name(), name, after.get(name))));
            }
        }
    }

    private static short codeOf(Refusal refusal) {
        return refusal == null ? ErrorCode.NONE.code() : refusal.code();
    }

    private static String messageOf(Refusal refusal) {
        return refusal == null ? null : refusal.getMessage();
    }
}
