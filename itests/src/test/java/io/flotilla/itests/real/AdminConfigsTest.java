package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's admin client on configuration: of topics and of brokers. */
@ExtendWith(SharedCluster.class)
final class AdminConfigsTest {
    @Test
    void aTopicsConfigurationIsDescribedChangedAndReset(Clients clients) throws Exception {
        clients.createTopic("configured", 1, Map.of("retention.ms", "5000000"));
        ConfigResource topic = topic("configured");
        try (Admin admin = clients.admin()) {
            assertThat(describe(admin, topic).get("retention.ms"))
                    .returns("5000000", ConfigEntry::value)
                    .returns(ConfigSource.DYNAMIC_TOPIC_CONFIG, ConfigEntry::source)
                    .returns(ConfigEntry.ConfigType.LONG, ConfigEntry::type);
            assertThat(describe(admin, topic).get("segment.bytes"))
                    .returns("1073741824", ConfigEntry::value)
                    .returns(ConfigSource.DEFAULT_CONFIG, ConfigEntry::source);

            alter(
                    admin,
                    topic,
                    new AlterConfigOp(new ConfigEntry("retention.ms", "7000000"), OpType.SET),
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), OpType.APPEND));
            Await.until(
                    "the change is seen",
                    () -> describe(admin, topic).get("retention.ms").value().equals("7000000"));
            assertThat(describe(admin, topic).get("cleanup.policy").value()).isEqualTo("delete,compact");

            alter(
                    admin,
                    topic,
                    new AlterConfigOp(new ConfigEntry("retention.ms", null), OpType.DELETE),
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), OpType.SUBTRACT));
            Await.until(
                    "it is as at first",
                    () -> describe(admin, topic).get("retention.ms").value().equals("604800000"));
            assertThat(describe(admin, topic).get("cleanup.policy").value()).isEqualTo("delete");
        }
    }

    @Test
    void aChangeIsInForceWithoutARestart(Clients clients) throws Exception {
        clients.createTopic("tightened", 1);
        try (Admin admin = clients.admin();
                KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            ProducerRecord<String, String> record = new ProducerRecord<>("tightened", "x".repeat(5000));
            producer.send(record).get(60, TimeUnit.SECONDS);
            alter(
                    admin,
                    topic("tightened"),
                    new AlterConfigOp(new ConfigEntry("max.message.bytes", "1000"), OpType.SET));
            Await.untilAsserted(
                    () -> assertThatThrownBy(() -> producer.send(record).get(60, TimeUnit.SECONDS))
                            .hasCauseInstanceOf(RecordTooLargeException.class));
        }
    }

    @Test
    void whatIsNotAValueIsRefused(Clients clients) throws Exception {
        clients.createTopic("strict", 1);
        try (Admin admin = clients.admin()) {
            for (ConfigEntry wrong : List.of(
                    new ConfigEntry("retention.ms", "soon"),
                    new ConfigEntry("segment.bytes", "1"),
                    new ConfigEntry("no.such.thing", "1"),
                    new ConfigEntry("message.timestamp.type", "WallTime"))) {
                assertThatThrownBy(() -> alter(admin, topic("strict"), new AlterConfigOp(wrong, OpType.SET)))
                        .isInstanceOf(InvalidConfigurationException.class)
                        .hasMessageContaining(wrong.name());
            }
            assertThatThrownBy(() -> describe(admin, topic("no-such-topic")))
                    .isInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void synonymsAndMeaningsAreToldOnRequest(Clients clients) throws Exception {
        clients.createTopic("explained", 1, Map.of("retention.ms", "5000000"));
        ConfigResource topic = topic("explained");
        try (Admin admin = clients.admin()) {
            DescribeConfigsOptions options =
                    new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
            ConfigEntry entry = Clients.get(
                            admin.describeConfigs(List.of(topic), options).all())
                    .get(topic)
                    .get("retention.ms");
            assertThat(entry.synonyms())
                    .extracting(ConfigEntry.ConfigSynonym::source)
                    .startsWith(ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThat(entry.documentation()).isNotBlank();
        }
    }

    @Test
    void aBrokersConfigurationIsDescribedAndChanged(Clients clients) throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "2");
        ConfigResource everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");
        try (Admin admin = clients.admin()) {
            assertThat(describe(admin, broker).get("node.id"))
                    .returns("2", ConfigEntry::value)
                    .returns(ConfigSource.STATIC_BROKER_CONFIG, ConfigEntry::source)
                    .returns(true, ConfigEntry::isReadOnly);
            alter(admin, everyBroker, new AlterConfigOp(new ConfigEntry("log.retention.ms", "8000000"), OpType.SET));
            try {
                Await.until("the broker has it", () -> describe(admin, broker)
                        .get("log.retention.ms")
                        .value()
                        .equals("8000000"));
                assertThat(describe(admin, broker).get("log.retention.ms").source())
                        .isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
            } finally {
                alter(admin, everyBroker, new AlterConfigOp(new ConfigEntry("log.retention.ms", null), OpType.DELETE));
            }
            assertThatThrownBy(
                            () -> alter(admin, broker, new AlterConfigOp(new ConfigEntry("node.id", "9"), OpType.SET)))
                    .isInstanceOf(Exception.class)
                    .hasMessageContaining("node.id");
        }
    }

    @Test
    void resourcesWithConfigurationAreListed(Clients clients) throws Exception {
        clients.createTopic("resource", 1);
        try (Admin admin = clients.admin()) {
            Collection<ConfigResource> resources = Clients.get(admin.listConfigResources(
                            Set.of(ConfigResource.Type.TOPIC, ConfigResource.Type.BROKER),
                            new org.apache.kafka.clients.admin.ListConfigResourcesOptions())
                    .all());
            assertThat(resources).contains(topic("resource"), new ConfigResource(ConfigResource.Type.BROKER, "1"));
        }
    }

    private static ConfigResource topic(String name) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private static Config describe(Admin admin, ConfigResource resource) throws Exception {
        return Clients.get(admin.describeConfigs(List.of(resource)).all()).get(resource);
    }

    private static void alter(Admin admin, ConfigResource resource, AlterConfigOp... changes) throws Exception {
        Clients.get(admin.incrementalAlterConfigs(Map.of(resource, List.of(changes)))
                .all());
    }
}
