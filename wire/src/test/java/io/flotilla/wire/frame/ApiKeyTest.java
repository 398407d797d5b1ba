package io.flotilla.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.schema.Definition;
import io.flotilla.wire.schema.Generator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ApiKeyTest {
    static Stream<ApiKey> kafkas() {
        return Arrays.stream(ApiKey.values()).filter(key -> !key.isPrivate());
    }

    @ParameterizedTest
    @MethodSource("kafkas")
    void anApiIsKafkas(ApiKey key) {
        ApiKeys kafkas = ApiKeys.forId(key.number());

        assertThat(key.title()).isEqualTo(kafkas.name);
        assertThat(key.lowestVersion()).isEqualTo(kafkas.oldestVersion());
        assertThat(key.highestVersion()).isEqualTo(kafkas.latestVersion(false));
        assertThat(key.lowestAdvertisedVersion())
                .isEqualTo(
                        key == ApiKey.PRODUCE
                                ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                                : kafkas.oldestVersion());
    }

    @ParameterizedTest
    @MethodSource("kafkas")
    void headersHaveKafkasVersions(ApiKey key) {
        ApiKeys kafkas = ApiKeys.forId(key.number());

        for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
            assertThat(key.requestHeaderVersion(version)).isEqualTo(kafkas.requestHeaderVersion(version));
            assertThat(key.responseHeaderVersion(version)).isEqualTo(kafkas.responseHeaderVersion(version));
        }
    }

    @Test
    void everyApiIsFoundByItsNumberAlone() {
        List<ApiKey> keys = List.of(ApiKey.values());

        assertThat(keys).isSortedAccordingTo(Comparator.comparing(ApiKey::number));
        assertThat(keys).allSatisfy(key -> assertThat(ApiKey.of(key.number())).contains(key));
        for (int number : new int[] {-1, 4, 17, 1000, Short.MAX_VALUE, 65536 + ApiKey.FETCH.number()}) {
            assertThat(ApiKey.of(number)).isEmpty();
        }
    }

    @Test
    void everyDefinedApiIsListed() throws IOException {
        List<String> defined = Generator.definitions(Path.of("src/main/schema")).stream()
                .filter(definition -> definition.kind() == Definition.Kind.REQUEST)
                .map(definition -> definition.name().replaceFirst("Request$", ""))
                .toList();

        assertThat(ApiKey.values()).extracting(ApiKey::title).containsExactlyInAnyOrderElementsOf(defined);
    }

    @Test
    void onlyDefinedVersionsAreSupported() {
        assertThat(ApiKey.FETCH.supports((short) 3)).isFalse();
        assertThat(ApiKey.FETCH.supports((short) 4)).isTrue();
        assertThat(ApiKey.FETCH.supports((short) 18)).isTrue();
        assertThat(ApiKey.FETCH.supports((short) 19)).isFalse();
        assertThat(ApiKey.FETCH.supports((short) -1)).isFalse();
    }

    @Test
    void numbersOfKafkasFutureAreLeftAlone() {
        assertThat(ApiKey.values())
                .filteredOn(ApiKey::isPrivate)
                .allSatisfy(key -> assertThat(ApiKeys.hasId(key.number())).isFalse());
    }
}
