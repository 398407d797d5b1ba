package io.flotilla.broker.config;

import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/** Parsed topic configurations on one broker, each distinct one parsed once for as long as the layers stay. Thread-safe. */
public final class TopicConfigs {
    /** Far more than a cluster has; deleted topics' configurations are forgotten here. */
    private static final int MAX_DISTINCT = 10_000;

    private volatile Known known;

    /** What was parsed under these layers. */
    private record Known(ConfigLayers layers, ConcurrentHashMap<Map<String, String>, TopicConfig> configs) {}

    /**
     * The configuration in effect.
     *
     * @param topic what is set on the topic; not changed afterwards
     */
    public TopicConfig of(SortedMap<String, String> topic, ConfigLayers layers) {
        Known current = known;
        if (current == null || current.configs.size() >= MAX_DISTINCT || !current.layers.equals(layers)) {
            current = new Known(layers, new ConcurrentHashMap<>());
            known = current;
        }
        return current.configs.computeIfAbsent(topic, set -> TopicConfig.of(set, layers));
    }
}
