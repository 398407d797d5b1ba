package io.flotilla.broker.api;

import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.ConfigSource;
import io.flotilla.broker.config.Property;
import io.flotilla.broker.config.Setting;
import io.flotilla.broker.config.TopicProperty;
import io.flotilla.wire.message.DescribeConfigsRequest;
import io.flotilla.wire.message.DescribeConfigsResponse.Config;
import io.flotilla.wire.message.DescribeConfigsResponse.Synonym;
import java.util.List;
import java.util.SortedMap;

/** Words one property's value as DescribeConfigs does: what counts, where it comes from, what else was said. */
final class ConfigDescriber {
    private final ConfigLayers layers;
    private final boolean synonyms;
    private final boolean documentation;

    ConfigDescriber(ConfigLayers layers, DescribeConfigsRequest request) {
        this.layers = layers;
        this.synonyms = request.includeSynonyms();
        this.documentation = request.includeDocumentation();
    }

    /** @param set what is set on the topic */
    Config topic(TopicProperty<?> property, SortedMap<String, String> set) {
        Setting effective = property.effective(set, layers);
        return entry(property.property(), effective, property.settings(set, layers), false);
    }

    /** A property of this broker. */
    Config broker(Property<?> property) {
        List<Setting> settings = layers.settings(property);
        Setting effective =
                settings.isEmpty() ? new Setting(property.name(), null, ConfigSource.DEFAULT_CONFIG) : settings.get(0);
        return entry(property, effective, settings, !property.dynamic());
    }

    /** A property set for all brokers. */
    Config allBrokers(Property<?> property, String value) {
        Setting setting = new Setting(property.name(), value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        return entry(property, setting, List.of(setting), !property.dynamic());
    }

    private Config entry(Property<?> property, Setting effective, List<Setting> all, boolean readOnly) {
        return Config.builder()
                .name(property.name())
                .value(effective.value())
                .readOnly(readOnly)
                .configSource(effective.source().code())
                .synonyms(synonyms ? all.stream().map(ConfigDescriber::synonym).toList() : List.of())
                .configType(property.type().code())
                .documentation(documentation ? property.doc() : null)
                .build();
    }

    private static Synonym synonym(Setting setting) {
        return new Synonym(setting.name(), setting.value(), setting.source().code());
    }
}
