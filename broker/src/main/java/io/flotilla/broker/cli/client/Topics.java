package io.flotilla.broker.cli.client;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import io.flotilla.wire.message.DescribeConfigsRequest;
import io.flotilla.wire.message.DescribeConfigsResponse;
import io.flotilla.wire.message.ListOffsetsRequest;
import io.flotilla.wire.message.ListOffsetsResponse;
import io.flotilla.wire.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What can be done with topics. */
public final class Topics {
    /** Asks {@link #offsets} for the first offset of each partition. */
    public static final long EARLIEST = -2;

    /** Asks {@link #offsets} for the offset after the last committed record of each partition. */
    public static final long LATEST = -1;

    private static final byte TOPIC_RESOURCE = 2;
    private static final byte SET_ON_TOPIC = 1;

    private final KafkaClient client;

    public Topics(KafkaClient client) {
        this.client = client;
    }

    /**
     * Creates a topic.
     *
     * @param partitions null for the cluster's default
     * @param replicationFactor likewise
     * @return the new topic's partitions and replication factor
     */
    public CreateTopicsResponse.Topic create(
            String name, Integer partitions, Integer replicationFactor, Map<String, String> configs) {
        List<CreateTopicsRequest.Config> settings = configs.entrySet().stream()
                .map(entry -> CreateTopicsRequest.Config.builder()
                        .name(entry.getKey())
                        .value(entry.getValue())
                        .build())
                .toList();
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.Topic.builder()
                        .name(name)
                        .numPartitions(partitions == null ? -1 : partitions)
                        .replicationFactor(replicationFactor == null ? (short) -1 : replicationFactor.shortValue())
                        .configs(settings)
                        .build()))
                .timeoutMs(client.timeoutMs())
                .build();
        return client.retrying(() -> {
            CreateTopicsResponse.Topic created =
                    client.call(request, CreateTopicsResponse.class).topics().get(0);
            ClientException.check(created.errorCode(), "creating topic " + name, created.errorMessage());
            return created;
        });
    }

    /** Deletes a topic with all its records. */
    public void delete(String name) {
        DeleteTopicsRequest request = DeleteTopicsRequest.builder()
                .topics(List.of(DeleteTopicsRequest.Topic.builder().name(name).build()))
                .topicNames(List.of(name))
                .timeoutMs(client.timeoutMs())
                .build();
        client.retrying(() -> {
            DeleteTopicsResponse.Topic deleted =
                    client.call(request, DeleteTopicsResponse.class).responses().get(0);
            ClientException.check(deleted.errorCode(), "deleting topic " + name, deleted.errorMessage());
            return null;
        });
    }

    /** All topics, ordered by name. */
    public List<MetadataResponse.Topic> list() {
        return client.retrying(() -> client.metadata(null, false)).topics().stream()
                .sorted(Comparator.comparing(MetadataResponse.Topic::name))
                .toList();
    }

    /** One topic as it is now, also while partitions are without a leader. */
    public MetadataResponse.Topic describe(String name) {
        return client.retrying(() -> {
            MetadataResponse.Topic topic =
                    client.metadata(List.of(name), false).topics().get(0);
            if (topic.errorCode() != ErrorCode.LEADER_NOT_AVAILABLE.code()) {
                KafkaClient.checkTopic(topic.errorCode(), name);
            }
            return topic;
        });
    }

    /** The configuration that was set on a topic itself, by name. */
    public SortedMap<String, String> configs(String name) {
        DescribeConfigsRequest request = DescribeConfigsRequest.builder()
                .resources(List.of(DescribeConfigsRequest.Resource.builder()
                        .resourceType(TOPIC_RESOURCE)
                        .resourceName(name)
                        .configurationKeys(null)
                        .build()))
                .build();
        DescribeConfigsResponse.Resource resource = client.retrying(() -> {
            DescribeConfigsResponse.Resource answer = client.call(request, DescribeConfigsResponse.class)
                    .results()
                    .get(0);
            ClientException.check(answer.errorCode(), "reading the configuration of " + name, answer.errorMessage());
            return answer;
        });
        SortedMap<String, String> configs = new TreeMap<>();
        for (DescribeConfigsResponse.Config config : resource.configs()) {
            if (config.configSource() == SET_ON_TOPIC) {
                configs.put(config.name(), config.value());
            }
        }
        return configs;
    }

    /**
     * An offset of each partition, by partition; those without an answer (no record that young) are absent.
     *
     * @param timestamp {@link #EARLIEST}, {@link #LATEST}, or milliseconds since the epoch for the first record that young
     */
    public SortedMap<Integer, Long> offsets(String name, long timestamp) {
        return client.retrying(() -> {
            SortedMap<Integer, List<Integer>> byLeader = new TreeMap<>();
            for (MetadataResponse.Partition partition :
                    client.topic(name, false).partitions()) {
                byLeader.computeIfAbsent(partition.leaderId(), leader -> new ArrayList<>())
                        .add(partition.partitionIndex());
            }
            SortedMap<Integer, Long> offsets = new TreeMap<>();
            byLeader.forEach((leader, partitions) -> offsets.putAll(offsets(leader, name, partitions, timestamp)));
            return offsets;
        });
    }

    private SortedMap<Integer, Long> offsets(int leader, String name, List<Integer> partitions, long timestamp) {
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(-1)
                .topics(List.of(ListOffsetsRequest.Topic.builder()
                        .name(name)
                        .partitions(partitions.stream()
                                .map(partition -> ListOffsetsRequest.Partition.builder()
                                        .partitionIndex(partition)
                                        .timestamp(timestamp)
                                        .build())
                                .toList())
                        .build()))
                .timeoutMs(client.timeoutMs())
                .build();
        SortedMap<Integer, Long> offsets = new TreeMap<>();
        ListOffsetsResponse response = client.call(leader, request, ListOffsetsResponse.class);
        for (ListOffsetsResponse.Partition partition : response.topics().get(0).partitions()) {
            ClientException.check(
                    partition.errorCode(), "asking for offsets of " + name + "-" + partition.partitionIndex(), null);
            if (partition.offset() >= 0) {
                offsets.put(partition.partitionIndex(), partition.offset());
            }
        }
        return offsets;
    }
}
