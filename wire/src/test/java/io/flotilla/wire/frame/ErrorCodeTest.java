package io.flotilla.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {
    @Test
    void theCodesAreKafkas() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::name))
                .containsExactlyElementsOf(
                        Arrays.stream(Errors.values()).map(Errors::name).toList());
    }

    @ParameterizedTest
    @EnumSource
    void anErrorHasKafkasNumberAndIsRetriedAlike(ErrorCode error) {
        Errors kafkas = Errors.valueOf(error.name());

        assertThat(error.code()).isEqualTo(kafkas.code());
        assertThat(error.isRetriable()).isEqualTo(kafkas.exception() instanceof RetriableException);
        assertThat(ErrorCode.of(error.code())).isSameAs(error);
        assertThat(error.message()).isNotBlank().doesNotEndWith(".");
    }

    @Test
    void codesOfTheFutureAreUnknownErrors() {
        assertThat(ErrorCode.of((short) 5000)).isSameAs(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(ErrorCode.of((short) -2)).isSameAs(ErrorCode.UNKNOWN_SERVER_ERROR);
    }
}
