package io.flotilla.broker.cli.client;

import io.flotilla.wire.message.DescribeGroupsRequest;
import io.flotilla.wire.message.DescribeGroupsResponse;
import io.flotilla.wire.message.ListGroupsRequest;
import io.flotilla.wire.message.ListGroupsResponse;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.message.OffsetFetchRequest;
import io.flotilla.wire.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What can be asked about consumer groups. */
public final class Groups {
    private final KafkaClient client;

    public Groups(KafkaClient client) {
        this.client = client;
    }

    /** A topic's partition. */
    public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {
        private static final Comparator<TopicPartition> ORDER =
                Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

        @Override
        public int compareTo(TopicPartition other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * A consumer group.
     *
     * @param state as Kafka names it: Empty, Stable, PreparingRebalance, CompletingRebalance, Dead
     * @param committed the next offset to read of each partition, as the group committed it
     * @param owners the member each partition is assigned to
     */
    public record Group(
            String id,
            String state,
            String protocol,
            List<DescribeGroupsResponse.Member> members,
            SortedMap<TopicPartition, Long> committed,
            SortedMap<TopicPartition, DescribeGroupsResponse.Member> owners) {}

    /** All groups of all brokers, ordered by id. */
    public List<ListGroupsResponse.Group> list() {
        return client.retrying(() -> {
            List<ListGroupsResponse.Group> groups = new ArrayList<>();
            for (MetadataResponse.Broker broker :
                    client.metadata(List.of(), false).brokers()) {
                ListGroupsResponse response =
                        client.call(broker.nodeId(), ListGroupsRequest.builder().build(), ListGroupsResponse.class);
                ClientException.check(response.errorCode(), "listing the groups of broker " + broker.nodeId(), null);
                groups.addAll(response.groups());
            }
            groups.sort(Comparator.comparing(ListGroupsResponse.Group::groupId));
            return groups;
        });
    }

    public Group describe(String id) {
        return client.retrying(() -> {
            client.metadata(List.of(), false);
            int coordinator = client.coordinator(id);
            DescribeGroupsResponse.Group group = client.call(
                            coordinator,
                            DescribeGroupsRequest.builder().groups(List.of(id)).build(),
                            DescribeGroupsResponse.class)
                    .groups()
                    .get(0);
            ClientException.check(group.errorCode(), "describing group " + id, group.errorMessage());
            return new Group(
                    id,
                    group.groupState(),
                    group.protocolData(),
                    group.members(),
                    committed(coordinator, id, null),
                    owners(group));
        });
    }

    /** @param topic null for all topics */
    SortedMap<TopicPartition, Long> committed(int coordinator, String id, OffsetFetchRequest.GroupTopic topic) {
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequest.Group.builder()
                        .groupId(id)
                        .topics(topic == null ? null : List.of(topic))
                        .build()))
                .build();
        OffsetFetchResponse.Group group = client.call(coordinator, request, OffsetFetchResponse.class)
                .groups()
                .get(0);
        ClientException.check(group.errorCode(), "reading the offsets of group " + id, null);
        SortedMap<TopicPartition, Long> committed = new TreeMap<>();
        for (OffsetFetchResponse.GroupTopic fetched : group.topics()) {
            String name = topic == null ? nameOf(fetched) : topic.name();
            for (OffsetFetchResponse.GroupPartition partition : fetched.partitions()) {
                ClientException.check(partition.errorCode(), "reading the offsets of group " + id, null);
                if (partition.committedOffset() >= 0) {
                    committed.put(new TopicPartition(name, partition.partitionIndex()), partition.committedOffset());
                }
            }
        }
        return committed;
    }

    /** From version 10 on, topics are named by id alone. */
    private String nameOf(OffsetFetchResponse.GroupTopic topic) {
        if (!topic.name().isEmpty()) {
            return topic.name();
        }
        return client.metadata(null, false).topics().stream()
                .filter(known -> known.topicId().equals(topic.topicId()))
                .map(MetadataResponse.Topic::name)
                .findFirst()
                .orElse(topic.topicId().toString());
    }

    private static SortedMap<TopicPartition, DescribeGroupsResponse.Member> owners(DescribeGroupsResponse.Group group) {
        SortedMap<TopicPartition, DescribeGroupsResponse.Member> owners = new TreeMap<>();
        if (!group.protocolType().equals(ConsumerProtocol.TYPE)) {
            return owners;
        }
        for (DescribeGroupsResponse.Member member : group.members()) {
            for (Map.Entry<String, List<Integer>> topic :
                    ConsumerProtocol.assignment(member.memberAssignment()).entrySet()) {
                for (int partition : topic.getValue()) {
                    owners.put(new TopicPartition(topic.getKey(), partition), member);
                }
            }
        }
        return owners;
    }
}
