package io.flotilla.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.broker.config.TopicProperty.Synonym;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TopicPropertiesTest {
    private static final SortedMap<String, String> NONE = new TreeMap<>();

    @Test
    void everyConstantIsInTheTable() throws IllegalAccessException {
        List<Object> constants = new ArrayList<>();
        for (Field field : TopicProperties.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                constants.add(field.get(null));
            }
        }
        assertThat(TopicProperties.all().values()).hasSameElementsAs(castToProperties(constants));
    }

    @Test
    void namesAreKafkasExceptForOurOwn() throws IllegalAccessException {
        // These two stand in Kafka's server alone, for its tools.
        List<Object> kafkas = new ArrayList<>(
                List.of("leader.replication.throttled.replicas", "follower.replication.throttled.replicas"));
        for (Field field : org.apache.kafka.common.config.TopicConfig.class.getFields()) {
            kafkas.add(field.get(null));
        }
        assertThat(TopicProperties.all().keySet())
                .filteredOn(name -> !List.of("write.caching", "follower.read").contains(name))
                .filteredOn(name -> !name.endsWith(".throttled.replicas")) // Kafka's, though not its clients'
                .allSatisfy(name -> assertThat(kafkas).contains(name));
    }

    @Test
    void aBrokerPropertyHasTheTopicsDefault() {
        TopicProperties.all().values().forEach(property -> {
            for (Synonym synonym : property.synonyms()) {
                String text = synonym.property().defaultText();
                if (text != null) {
                    assertThat(synonym.convert(text))
                            .as(synonym.property().name())
                            .isEqualTo(property.property().defaultText());
                }
            }
        });
    }

    @Test
    void whatABrokerPropertyAllowsATopicUnderstands() {
        TopicProperties.all().values().forEach(property -> {
            for (Synonym synonym : property.synonyms()) {
                if (synonym.unit() == 1 && !property.name().equals("min.insync.replicas")) {
                    assertThat(synonym.property().allowed())
                            .as(synonym.property().name())
                            .isEqualTo(property.property().allowed());
                }
            }
        });
    }

    @Test
    void everyDefaultIsAllowedAndEveryMeaningSaid() {
        TopicProperties.all().values().forEach(property -> {
            assertThat(property.property().defaultValue()).as(property.name()).isNotNull();
            assertThat(property.property().doc()).as(property.name()).endsWith(".");
            assertThat(property.property().doc().startsWith("Accepted, without effect"))
                    .as(property.name())
                    .isEqualTo(!property.inEffect());
        });
    }

    @Test
    void theNearestLayerCounts() {
        SortedMap<String, String> topic = new TreeMap<>();
        SortedMap<String, String> broker = new TreeMap<>();
        SortedMap<String, String> cluster = new TreeMap<>();
        SortedMap<String, String> file = new TreeMap<>();
        ConfigLayers layers = new ConfigLayers(broker, cluster, file);
        assertEffective(topic, layers, "604800000", ConfigSource.DEFAULT_CONFIG);
        file.put("log.retention.hours", "2");
        assertEffective(topic, layers, "7200000", ConfigSource.STATIC_BROKER_CONFIG);
        file.put("log.retention.minutes", "3");
        assertEffective(topic, layers, "180000", ConfigSource.STATIC_BROKER_CONFIG);
        file.put("log.retention.ms", "4");
        assertEffective(topic, layers, "4", ConfigSource.STATIC_BROKER_CONFIG);
        cluster.put("log.retention.ms", "5");
        assertEffective(topic, layers, "5", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        broker.put("log.retention.ms", "6");
        assertEffective(topic, layers, "6", ConfigSource.DYNAMIC_BROKER_CONFIG);
        topic.put("retention.ms", "7");
        assertEffective(topic, layers, "7", ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(TopicProperties.RETENTION_MS.settings(topic, layers))
                .extracting(Setting::name, Setting::value)
                .startsWith(tuple("retention.ms", "7"), tuple("log.retention.ms", "6"));
    }

    @Test
    void unlimitedStaysUnlimitedInEveryUnit() {
        SortedMap<String, String> file = new TreeMap<>(Map.of("log.retention.hours", "-1"));
        TopicConfig config = TopicConfig.of(NONE, new ConfigLayers(NONE, NONE, file));
        assertThat(config.retentionMs()).isEqualTo(-1);
    }

    @Test
    void parsesWhatPartitionsNeed() {
        SortedMap<String, String> topic = new TreeMap<>(Map.of(
                "cleanup.policy",
                "compact, delete",
                "retention.ms",
                "10",
                "segment.bytes",
                "20000",
                "max.message.bytes",
                "77",
                "write.caching",
                "true"));
        TopicConfig config = TopicConfig.of(topic, new ConfigLayers(NONE, NONE, NONE));
        assertThat(config.compact()).isTrue();
        assertThat(config.delete()).isTrue();
        assertThat(config.retentionMs()).isEqualTo(10);
        assertThat(config.segmentBytes()).isEqualTo(20_000);
        assertThat(config.maxMessageBytes()).isEqualTo(77);
        assertThat(config.writeCaching()).isTrue();
        assertThat(config.timestampAfterMaxMs()).isEqualTo(3_600_000);
    }

    @Test
    void equalConfigurationsAreParsedOnce() {
        TopicConfigs configs = new TopicConfigs();
        ConfigLayers layers = new ConfigLayers(NONE, NONE, NONE);
        TopicConfig first = configs.of(new TreeMap<>(Map.of("retention.ms", "1")), layers);
        assertThat(configs.of(new TreeMap<>(Map.of("retention.ms", "1")), layers))
                .isSameAs(first);
        SortedMap<String, String> cluster = new TreeMap<>(Map.of("message.max.bytes", "5"));
        TopicConfig changed =
                configs.of(new TreeMap<>(Map.of("retention.ms", "1")), new ConfigLayers(NONE, cluster, NONE));
        assertThat(changed.maxMessageBytes()).isEqualTo(5);
    }

    private static void assertEffective(
            SortedMap<String, String> topic, ConfigLayers layers, String value, ConfigSource source) {
        assertThat(TopicProperties.RETENTION_MS.effective(topic, layers))
                .isEqualTo(new Setting("retention.ms", value, source));
    }

    private static List<TopicProperty<?>> castToProperties(List<Object> constants) {
        List<TopicProperty<?>> properties = new ArrayList<>();
        constants.forEach(constant -> properties.add((TopicProperty<?>) constant));
        return properties;
    }
}
