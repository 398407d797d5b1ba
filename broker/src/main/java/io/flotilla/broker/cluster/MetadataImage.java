package io.flotilla.broker.cluster;

import java.util.Collection;
import java.util.SortedMap;
import java.util.UUID;

/** The cluster's committed metadata at one moment. Immutable; safe to share between threads. */
public interface MetadataImage {
    /** Kafka-style cluster id (22 characters of URL-safe base64); null until the first metadata leader has made one. */
    String clusterId();

    /** Offset of the last metadata record in this image; -1 for the empty image. */
    long offset();

    /** Registered brokers by id, alive or not. */
    SortedMap<Integer, BrokerInfo> brokers();

    /** The topic, or null. */
    TopicInfo topic(String name);

    /** The topic, or null. */
    TopicInfo topic(UUID id);

    /** All topics, ordered by name. */
    Collection<TopicInfo> topics();

    /** Cluster-wide dynamic broker configuration (explicitly set values only). */
    SortedMap<String, String> clusterConfigs();

    /** Dynamic configuration of one broker (explicitly set values only); empty when none. */
    SortedMap<String, String> brokerConfigs(int brokerId);
}
