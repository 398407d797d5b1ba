package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.NearestName;
import io.flotilla.broker.config.Property;
import io.flotilla.broker.config.TopicProperties;
import io.flotilla.broker.config.TopicProperty;
import io.flotilla.wire.frame.ErrorCode;
import java.util.Collection;
import java.util.SortedMap;

/** Which dynamic configuration is accepted. Checked before it is stored, so that whoever reads it need not. */
final class ConfigRules {
    private ConfigRules() {}

    /**
     * Checks everything that is to be set on one topic.
     *
     * @throws Refusal when any of it is unknown, malformed, or contradicts the rest
     */
    static void checkTopic(SortedMap<String, String> configs, ConfigLayers layers) {
        configs.forEach((name, value) -> parse(topicProperty(name).property(), value));
        long least = TopicProperties.MIN_COMPACTION_LAG_MS.value(configs, layers);
        long most = TopicProperties.MAX_COMPACTION_LAG_MS.value(configs, layers);
        if (least > most) {
            throw new Refusal(
                    ErrorCode.INVALID_CONFIG,
                    "%s=%d is larger than %s=%d"
                            .formatted(
                                    TopicProperties.MIN_COMPACTION_LAG_MS.name(),
                                    least,
                                    TopicProperties.MAX_COMPACTION_LAG_MS.name(),
                                    most));
        }
    }

    /** Checks everything that is to be set on brokers; see {@link #checkTopic}. */
    static void checkBroker(SortedMap<String, String> configs) {
        configs.forEach((name, value) -> {
            Property<?> property = brokerProperty(name);
            if (!property.dynamic()) {
                throw new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        name + " cannot be changed while brokers run; set it in the properties file and restart");
            }
            parse(property, value);
        });
    }

    static TopicProperty<?> topicProperty(String name) {
        TopicProperty<?> property = TopicProperties.all().get(name);
        if (property == null) {
            boolean tiered = name.startsWith("remote.") || name.startsWith("local.");
            throw unknown(
                    "topic", name, tiered ? ": there is no tiered storage" : nearest(name, TopicProperties.all()));
        }
        return property;
    }

    static Property<?> brokerProperty(String name) {
        Property<?> property = BrokerProperties.all().get(name);
        if (property == null) {
            throw unknown("broker", name, nearest(name, BrokerProperties.all()));
        }
        return property;
    }

    private static void parse(Property<?> property, String value) {
        try {
            property.parse(value);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ErrorCode.INVALID_CONFIG, property.name() + ": " + e.getMessage());
        }
    }

    private static Refusal unknown(String kind, String name, String hint) {
        return new Refusal(ErrorCode.INVALID_CONFIG, "Unknown %s configuration '%s'%s".formatted(kind, name, hint));
    }

    private static String nearest(String name, SortedMap<String, ?> known) {
        Collection<String> names = known.keySet();
        String nearest = NearestName.of(name, names);
        return nearest == null ? "" : "; did you mean " + nearest + "?";
    }
}
