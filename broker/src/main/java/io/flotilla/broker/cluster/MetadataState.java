package io.flotilla.broker.cluster;

import io.flotilla.wire.message.ClusterAssignmentRecord;
import io.flotilla.wire.message.ClusterBrokerRecord;
import io.flotilla.wire.message.ClusterConfigRecord;
import io.flotilla.wire.message.ClusterIdRecord;
import io.flotilla.wire.message.ClusterPartitionsRecord;
import io.flotilla.wire.message.ClusterProducerIdsRecord;
import io.flotilla.wire.message.ClusterTopicRecord;
import io.flotilla.wire.message.ClusterTopicRemovalRecord;
import io.flotilla.wire.message.ClusterVotersRecord;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.record.Record;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * What replaying the metadata log yields: the one meaning of each record, for the metadata leader's state machine and for the
 * image on every broker alike. The maps are persistent, so a record costs the logarithm of what there is, and an image of
 * the moment costs nothing. Used by one thread.
 */
final class MetadataState {
    /** Deleted topics whose ids are remembered: a broker that was away for as many deletions keeps what it then finds. */
    private static final int MOST_DELETED = 100_000;

    long offset = -1;
    String clusterId;
    long nextProducerId;
    int partitionCount;
    /** Who votes in the metadata group; empty until somebody has said. */
    List<Integer> metadataVoters = List.of();

    final ReplicaCounts replicaCounts = new ReplicaCounts();
    TreePMap<Integer, BrokerInfo> brokers = TreePMap.empty();
    TreePMap<Integer, Long> incarnations = TreePMap.empty();
    TreePMap<Integer, Disks> disks = TreePMap.empty();
    TreePMap<String, TopicInfo> topicsByName = TreePMap.empty();
    HashPMap<UUID, TopicInfo> topicsById = HashTreePMap.empty();
    /** Ids of deleted topics by the offsets of the records that deleted them, and the other way round. */
    TreePMap<Long, UUID> deletions = TreePMap.empty();

    HashPMap<UUID, Long> deletedTopics = HashTreePMap.empty();
    /** Topic names by their {@link TopicNames#metricForm}, of which two topics must not share one. */
    HashPMap<String, String> namesByMetricForm = HashTreePMap.empty();

    TreePMap<String, String> clusterConfigs = TreePMap.empty();
    TreePMap<Integer, TreePMap<String, String>> brokerConfigs = TreePMap.empty();

    /** Dynamic configuration of one broker; empty when none. */
    TreePMap<String, String> brokerConfigs(int brokerId) {
        return brokerConfigs.getOrDefault(brokerId, TreePMap.empty());
    }

    /** The state of this moment, immutable. */
    MetadataImage image() {
        return new MetadataImage(this);
    }

    /**
     * Applies the next record.
     *
     * @throws IllegalStateException for a record that cannot follow what was applied, or that this version does not know:
     *     the log or this program is broken, and going on would make images differ between brokers
     */
    void replay(Record record) {
        Message message = RecordType.decode(record);
        if (message instanceof ClusterTopicRecord topic) {
            add(topic, record.offset());
        } else if (message instanceof ClusterPartitionsRecord partitions) {
            add(partitions, record.offset());
        } else if (message instanceof ClusterTopicRemovalRecord removal) {
            remove(removal, record.offset());
        } else if (message instanceof ClusterAssignmentRecord assignment) {
            assign(assignment, record.offset());
        } else if (message instanceof ClusterVotersRecord voters) {
            metadataVoters = List.copyOf(voters.voters());
        } else if (message instanceof ClusterConfigRecord config) {
            set(config);
        } else if (message instanceof ClusterBrokerRecord broker) {
            register(broker, record.offset());
        } else if (message instanceof ClusterProducerIdsRecord ids) {
            nextProducerId = ids.nextProducerId();
        } else if (message instanceof ClusterIdRecord id) {
            clusterId = id.clusterId();
        }
        offset = record.offset();
    }

    private void register(ClusterBrokerRecord record, long at) {
        int id = record.brokerId();
        brokers = brokers.plus(id, new BrokerInfo(id, record.host(), record.port(), record.rack()));
        incarnations = incarnations.plus(id, record.incarnation());
        disks = disks.plus(id, disks.getOrDefault(id, Disks.NONE).now(record.directories(), at));
    }

    private void add(ClusterTopicRecord record, long at) {
        require(!topicsByName.containsKey(record.name()), "topic %s exists", record.name());
        List<List<Integer>> replicas = record.partitions().stream()
                .map(ClusterTopicRecord.Partition::replicas)
                .toList();
        put(TopicInfo.made(record.name(), record.topicId(), replicas, at, TreePMap.empty()));
        namesByMetricForm = namesByMetricForm.plus(TopicNames.metricForm(record.name()), record.name());
        partitionCount += replicas.size();
        replicaCounts.add(replicas);
    }

    private void add(ClusterPartitionsRecord record, long at) {
        TopicInfo topic = existing(record.topicId());
        require(
                topic.partitions() == record.firstPartition(),
                "%s has %d partitions",
                topic.name(),
                topic.partitions());
        List<Assignment> added = record.partitions().stream()
                .map(partition -> Assignment.original(partition.replicas(), at))
                .toList();
        put(topic.withMore(added));
        partitionCount += added.size();
        replicaCounts.add(added.stream().map(Assignment::replicas).toList());
    }

    private void assign(ClusterAssignmentRecord record, long at) {
        TopicInfo topic = existing(record.topicId());
        int partition = record.partition();
        require(
                partition >= 0 && partition < topic.partitions(),
                "%s has %d partitions, not %d",
                topic.name(),
                topic.partitions(),
                partition);
        replicaCounts.remove(List.of(topic.replicas().get(partition)));
        put(topic.with(
                partition,
                new Assignment(
                        List.copyOf(record.replicas()),
                        List.copyOf(record.adding()),
                        List.copyOf(record.removing()),
                        List.copyOf(record.leaving()),
                        at,
                        false)));
        replicaCounts.add(List.of(record.replicas()));
    }

    private void remove(ClusterTopicRemovalRecord record, long at) {
        TopicInfo topic = existing(record.topicId());
        topicsByName = topicsByName.minus(topic.name());
        topicsById = topicsById.minus(topic.id());
        namesByMetricForm = namesByMetricForm.minus(TopicNames.metricForm(topic.name()));
        partitionCount -= topic.partitions();
        replicaCounts.remove(topic.replicas());
        deletions = deletions.plus(at, topic.id());
        deletedTopics = deletedTopics.plus(topic.id(), at);
        if (deletions.size() > MOST_DELETED) {
            deletedTopics = deletedTopics.minus(deletions.firstEntry().getValue());
            deletions = deletions.minusFirstEntry();
        }
    }

    private void set(ClusterConfigRecord record) {
        ConfigResource resource = new ConfigResource(record.resourceType(), record.resourceName());
        if (resource.type() == ConfigResource.TOPIC) {
            TopicInfo topic = topicsByName.get(resource.name());
            require(topic != null, "topic %s of a configuration does not exist", resource.name());
            SortedMap<String, String> configs = changed((TreePMap<String, String>) topic.configs(), record);
            put(topic.with(configs));
        } else if (resource.isAllBrokers()) {
            clusterConfigs = changed(clusterConfigs, record);
        } else {
            int broker = resource.brokerId();
            brokerConfigs =
                    brokerConfigs.plus(broker, changed(brokerConfigs.getOrDefault(broker, TreePMap.empty()), record));
        }
    }

    private static TreePMap<String, String> changed(TreePMap<String, String> configs, ClusterConfigRecord record) {
        return record.value() == null ? configs.minus(record.name()) : configs.plus(record.name(), record.value());
    }

    private void put(TopicInfo topic) {
        topicsByName = topicsByName.plus(topic.name(), topic);
        topicsById = topicsById.plus(topic.id(), topic);
    }

    private TopicInfo existing(UUID id) {
        TopicInfo topic = topicsById.get(id);
        require(topic != null, "topic with id %s does not exist", id);
        return topic;
    }

    private static void require(boolean holds, String otherwise, Object... arguments) {
        if (!holds) {
            throw new IllegalStateException("metadata log: " + otherwise.formatted(arguments));
        }
    }
}
