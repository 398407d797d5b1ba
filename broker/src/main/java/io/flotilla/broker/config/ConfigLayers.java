package io.flotilla.broker.config;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * What is set for one broker, from the nearest layer to the farthest: on this broker alone, on all brokers, in its
 * properties file. Immutable as long as the maps are.
 *
 * @param broker dynamic configuration of this broker
 * @param cluster dynamic configuration of all brokers
 * @param file what the properties file says
 */
public record ConfigLayers(
        SortedMap<String, String> broker, SortedMap<String, String> cluster, SortedMap<String, String> file) {

    /** Every layer's value of a broker property, nearest first, its default last; empty when it has none either. */
    public List<Setting> settings(Property<?> property) {
        List<Setting> settings = new ArrayList<>(2);
        String name = property.name();
        add(settings, name, broker.get(name), ConfigSource.DYNAMIC_BROKER_CONFIG);
        add(settings, name, cluster.get(name), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        add(settings, name, file.get(name), ConfigSource.STATIC_BROKER_CONFIG);
        add(settings, name, property.defaultText(), ConfigSource.DEFAULT_CONFIG);
        return settings;
    }

    /** The value that counts; null when nobody sets one and the property has no default. */
    public <T> T value(Property<T> property) {
        List<Setting> settings = settings(property);
        return settings.isEmpty() ? null : property.parse(settings.get(0).value());
    }

    private static void add(List<Setting> settings, String name, String value, ConfigSource source) {
        if (value != null) {
            settings.add(new Setting(name, value, source));
        }
    }
}
