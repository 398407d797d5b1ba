package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.ConfigSource;
import io.flotilla.broker.config.TopicProperties;
import io.flotilla.broker.config.ValueType;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeConfigsRequest;
import io.flotilla.wire.message.DescribeConfigsResponse;
import io.flotilla.wire.message.DescribeConfigsResponse.Config;
import io.flotilla.wire.message.DescribeConfigsResponse.Synonym;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DescribeConfigsHandlerTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    private final AdminFixture cluster = new AdminFixture(Map.of("log.retention.hours", "24", "num.partitions", "3"));
    private final DescribeConfigsHandler handler = new DescribeConfigsHandler(cluster.config, cluster.metadata);

    @BeforeEach
    void createTopic() {
        cluster.create("t", 1, 1);
        set(TOPIC, "t", "segment.ms", "60000");
    }

    @Test
    void aTopicHasAllItsProperties() {
        List<Config> configs = describe(TOPIC, "t");
        assertThat(configs)
                .extracting(Config::name)
                .containsExactlyElementsOf(TopicProperties.all().keySet());
        assertThat(configs).allSatisfy(config -> {
            assertThat(config.value()).isNotNull();
            assertThat(config.readOnly()).isFalse();
            assertThat(config.isSensitive()).isFalse();
            assertThat(config.configType()).isPositive();
            assertThat(config.documentation()).isNotEmpty();
        });
    }

    @Test
    void aValueComesWithItsSourceAndSynonyms() {
        set(BROKER, "", "log.roll.ms", "70000");
        set(BROKER, "0", "log.roll.ms", "80000");
        Config own = describe(TOPIC, "t", "segment.ms").get(0);
        assertThat(own.value()).isEqualTo("60000");
        assertThat(own.configSource()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG.code());
        assertThat(own.synonyms())
                .extracting(Synonym::name, Synonym::value, Synonym::source)
                .containsExactly(
                        tuple("segment.ms", "60000", ConfigSource.DYNAMIC_TOPIC_CONFIG.code()),
                        tuple("log.roll.ms", "80000", ConfigSource.DYNAMIC_BROKER_CONFIG.code()),
                        tuple("log.roll.ms", "70000", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.code()),
                        tuple("log.roll.hours", "168", ConfigSource.DEFAULT_CONFIG.code()));
        Config inherited = describe(TOPIC, "t", "retention.ms").get(0);
        assertThat(inherited.value()).isEqualTo("86400000");
        assertThat(inherited.configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.code());
    }

    @Test
    void aBrokerHasAllItsProperties() {
        List<Config> configs = describe(BROKER, "0");
        assertThat(configs)
                .extracting(Config::name)
                .containsExactlyElementsOf(BrokerProperties.all().keySet());
        assertThat(configs)
                .filteredOn(config -> config.name().equals("num.partitions"))
                .singleElement()
                .satisfies(config -> {
                    assertThat(config.value()).isEqualTo("3");
                    assertThat(config.configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.code());
                    assertThat(config.readOnly()).isTrue();
                });
        assertThat(configs)
                .filteredOn(config -> config.name().equals("message.max.bytes"))
                .singleElement()
                .satisfies(config -> assertThat(config.readOnly()).isFalse());
    }

    @Test
    void theEmptyNameHasWhatIsSetForAllBrokers() {
        assertThat(describe(BROKER, "")).isEmpty();
        set(BROKER, "", "message.max.bytes", "5000");
        assertThat(describe(BROKER, ""))
                .extracting(Config::name, Config::value, Config::configSource)
                .containsExactly(tuple("message.max.bytes", "5000", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.code()));
    }

    @Test
    void onlyWhatIsAskedForComesBack() {
        assertThat(describe(TOPIC, "t", "retention.ms", "no.such"))
                .extracting(Config::name)
                .containsExactly("retention.ms");
    }

    @Test
    void refusesWhatItCannotDescribe() {
        assertThat(error(TOPIC, "none")).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(TOPIC, "bad name")).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        assertThat(error(BROKER, "1")).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error(BROKER, "x")).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error((byte) 32, "g")).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void everyVersionCanBeAnswered() {
        for (int version = 1; version <= 4; version++) {
            DescribeConfigsRequest request = DescribeConfigsRequest.builder()
                    .resources(List.of(new DescribeConfigsRequest.Resource(TOPIC, "t", null)))
                    .includeSynonyms(true)
                    .includeDocumentation(version >= 3)
                    .build();
            assertThat(cluster.ask(handler, version, request).results().get(0).errorCode())
                    .isZero();
        }
    }

    @Test
    void numbersOfSourcesAndTypesAreKafkas() {
        for (ConfigSource source : ConfigSource.values()) {
            String kafka = org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.forId(source.code())
                    .source()
                    .name();
            assertThat(source.name()).isEqualTo(kafka);
        }
        for (ValueType type : ValueType.values()) {
            String kafka = org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType.forId(type.code())
                    .name();
            assertThat(type.name()).isEqualTo(kafka);
        }
    }

    private void set(byte type, String name, String key, String value) {
        cluster.ask(
                new IncrementalAlterConfigsHandler(cluster.leader),
                1,
                IncrementalAlterConfigsRequest.builder()
                        .resources(List.of(new IncrementalAlterConfigsRequest.Resource(
                                type, name, List.of(new IncrementalAlterConfigsRequest.Config(key, (byte) 0, value)))))
                        .build());
    }

    /** @param keys none for all */
    private List<Config> describe(byte type, String name, String... keys) {
        DescribeConfigsResponse.Resource result = result(type, name, keys);
        assertThat(result.errorMessage()).isNull();
        return result.configs();
    }

    private ErrorCode error(byte type, String name) {
        DescribeConfigsResponse.Resource result = result(type, name);
        assertThat(result.errorMessage()).isNotEmpty();
        return ErrorCode.of(result.errorCode());
    }

    private DescribeConfigsResponse.Resource result(byte type, String name, String... keys) {
        DescribeConfigsRequest request = DescribeConfigsRequest.builder()
                .resources(List.of(
                        new DescribeConfigsRequest.Resource(type, name, keys.length == 0 ? null : List.of(keys))))
                .includeSynonyms(true)
                .includeDocumentation(true)
                .build();
        return cluster.ask(handler, 4, request).results().get(0);
    }
}
