package io.flotilla.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void theMedianOfAnOddNumberIsTheMiddleOne() {
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9));
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertThat(Spread.of(List.of(8.0, 1.0, 2.0, 4.0))).isEqualTo(new Spread(3, 1, 8));
    }

    @Test
    void nothingHasNoSpread() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
    }

    @Test
    void whatIsAlwaysTheSameHasNoRange() {
        assertThat(Spread.of(List.of(38.13, 38.13)).text()).isEqualTo("38.1");
        assertThat(Spread.of(List.of(3.0, 0.512)).text()).isEqualTo("1.76 (0.51 to 3)");
        assertThat(Spread.of(List.of(16_158.4)).text()).isEqualTo("16,158");
    }
}
