package io.flotilla.broker.cluster;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.pcollections.HashPMap;
import org.pcollections.TreePMap;

/**
 * The cluster's committed metadata at one moment. Immutable; safe to share between threads. Images share what did not
 * change: a topic that is the same object in two images is the same topic with the same partitions and configuration.
 */
public final class MetadataImage {
    /** Before any record was read. */
    public static final MetadataImage EMPTY = new MetadataState().image();

    private final long offset;
    private final String clusterId;
    private final TreePMap<Integer, BrokerInfo> brokers;
    private final TreePMap<Integer, Long> incarnations;
    private final List<Integer> metadataVoters;
    private final TreePMap<Integer, Disks> disks;
    private final TreePMap<String, TopicInfo> topicsByName;
    private final HashPMap<UUID, TopicInfo> topicsById;
    private final HashPMap<UUID, Long> deletedTopics;
    private final TreePMap<String, String> clusterConfigs;
    private final TreePMap<Integer, TreePMap<String, String>> brokerConfigs;

    MetadataImage(MetadataState state) {
        this.offset = state.offset;
        this.clusterId = state.clusterId;
        this.brokers = state.brokers;
        this.incarnations = state.incarnations;
        this.metadataVoters = state.metadataVoters;
        this.disks = state.disks;
        this.topicsByName = state.topicsByName;
        this.topicsById = state.topicsById;
        this.deletedTopics = state.deletedTopics;
        this.clusterConfigs = state.clusterConfigs;
        this.brokerConfigs = state.brokerConfigs;
    }

    /** Kafka-style cluster id (22 characters of URL-safe base64); null until the first broker has registered. */
    public String clusterId() {
        return clusterId;
    }

    /** Offset of the last metadata record in this image; -1 for the empty image. */
    public long offset() {
        return offset;
    }

    /** Registered brokers by id, alive or not. */
    public SortedMap<Integer, BrokerInfo> brokers() {
        return brokers;
    }

    /** Whether the broker's process with this incarnation has registered. */
    public boolean isRegistered(int brokerId, long incarnation) {
        Long registered = incarnations.get(brokerId);
        return registered != null && registered == incarnation;
    }

    /** The brokers that vote in the metadata group; empty before the first broker has registered. */
    public List<Integer> metadataVoters() {
        return metadataVoters;
    }

    /** The ids of a broker's log directories; empty when they are not known. */
    public List<UUID> directories(int brokerId) {
        Disks known = disks.get(brokerId);
        return known == null ? List.of() : known.directories();
    }

    /**
     * Offset of the record since which a broker has the log directories it has now: what was on its disks before may be
     * gone. -1 for a broker that is not registered.
     */
    public long disksSince(int brokerId) {
        Disks known = disks.get(brokerId);
        return known == null ? -1 : known.changed();
    }

    /** Offset of the record since which a broker has had a log directory without a break; -1 if it does not have it. */
    public long directorySince(int brokerId, UUID directory) {
        Disks.Stay stay = stay(brokerId, directory);
        return stay == null ? -1 : stay.since();
    }

    /** Offset of the record in which a directory of a broker had gone before it came back; -1 if that is not known. */
    public long directoryLeftBefore(int brokerId, UUID directory) {
        Disks.Stay stay = stay(brokerId, directory);
        return stay == null ? -1 : stay.before().left();
    }

    private Disks.Stay stay(int brokerId, UUID directory) {
        Disks known = disks.get(brokerId);
        return known == null ? null : known.present().get(directory);
    }

    /**
     * Whether a broker has all the log directories again that it has had since this one had gone: nothing that happened to the
     * replicas in it meanwhile is hidden.
     *
     * @param since what {@link #directorySince} was when it was last used
     */
    public boolean showsAllSinceLeft(int brokerId, UUID directory, long since) {
        Disks known = disks.get(brokerId);
        return known != null && known.showsAllSinceItLeft(directory, since);
    }

    /** The topic, or null. */
    public TopicInfo topic(String name) {
        return topicsByName.get(name);
    }

    /** The topic, or null. */
    public TopicInfo topic(UUID id) {
        return topicsById.get(id);
    }

    /** Whether the topic with this id existed and was deleted; false for one that is not known, or was deleted long ago. */
    public boolean isDeleted(UUID id) {
        return deletedTopics.containsKey(id);
    }

    /** All topics, ordered by name. */
    public Collection<TopicInfo> topics() {
        return topicsByName.values();
    }

    /** The topics from this name on, ordered by name. */
    public Collection<TopicInfo> topicsFrom(String name) {
        return topicsByName.tailMap(name, true).values();
    }

    /** Cluster-wide dynamic broker configuration (explicitly set values only). */
    public SortedMap<String, String> clusterConfigs() {
        return clusterConfigs;
    }

    /** Dynamic configuration of one broker (explicitly set values only); empty when none. */
    public SortedMap<String, String> brokerConfigs(int brokerId) {
        return brokerConfigs.getOrDefault(brokerId, TreePMap.empty());
    }
}
