package io.flotilla.broker.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One property of a topic, and the broker properties that give its value where the topic does not.
 *
 * @param property its name, type, default and meaning
 * @param synonyms broker properties in the order in which they count
 * @param inEffect false when it is accepted so that existing tools work, but changes nothing yet
 * @param <T> the value as the program reads it
 */
public record TopicProperty<T>(Property<T> property, List<Synonym> synonyms, boolean inEffect) {

    /**
     * A broker property that stands for a topic's.
     *
     * @param unit what a value of the broker property is to be multiplied with: 3,600,000 for hours to milliseconds; 1
     *     when the value is taken as it is written
     */
    public record Synonym(Property<?> property, long unit) {
        String convert(String value) {
            if (unit == 1) {
                return value;
            }
            long number = Long.parseLong(value.trim());
            return Long.toString(number < 0 ? number : Math.multiplyExact(number, unit));
        }
    }

    public String name() {
        return property.name();
    }

    /**
     * Everything that is said about this property, nearest first, as it was written; the first that is set counts.
     *
     * @param topic what is set on the topic
     */
    public List<Setting> settings(Map<String, String> topic, ConfigLayers layers) {
        List<Setting> settings = new ArrayList<>();
        String own = topic.get(name());
        if (own != null) {
            settings.add(new Setting(name(), own, ConfigSource.DYNAMIC_TOPIC_CONFIG));
        }
        for (Synonym synonym : synonyms) {
            settings.addAll(layers.settings(synonym.property()));
        }
        return settings;
    }

    /** The setting that counts, under this property's own name and in its unit. */
    public Setting effective(Map<String, String> topic, ConfigLayers layers) {
        String own = topic.get(name());
        if (own != null) {
            return new Setting(name(), own, ConfigSource.DYNAMIC_TOPIC_CONFIG);
        }
        for (Synonym synonym : synonyms) {
            for (Setting setting : layers.settings(synonym.property())) {
                if (setting.source() != ConfigSource.DEFAULT_CONFIG) {
                    return new Setting(name(), synonym.convert(setting.value()), setting.source());
                }
            }
        }
        return new Setting(name(), property.defaultText(), ConfigSource.DEFAULT_CONFIG);
    }

    /** The value that counts. */
    public T value(Map<String, String> topic, ConfigLayers layers) {
        return property.parse(effective(topic, layers).value());
    }
}
