package io.flotilla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator catches brokers with one thing wrong, those that show soon in every build. {@code -Dflotilla.sim.variants=all}
 * looks for all of them, in as many seeds as it takes up to {@link #MOST_SEEDS}.
 */
class WrongVariantsTest {
    private static final int MOST_SEEDS = 2_000;
    private static final boolean ALL = "all".equals(System.getProperty("flotilla.sim.variants"));

    @RegisterExtension
    static final Seeds QUIET = new Seeds();

    static Stream<WrongVariant> variants() {
        return Arrays.stream(WrongVariant.values()).filter(variant -> ALL || variant.showsSoon());
    }

    @ParameterizedTest
    @MethodSource("variants")
    void isCaught(WrongVariant wrong) {
        SimResult caught = LongStream.rangeClosed(1, MOST_SEEDS)
                .mapToObj(seed -> Simulation.run(Seeds.options(seed), wrong.variant))
                .filter(result -> !result.passed())
                .findFirst()
                .orElse(null);
        assertThat(caught).as("%s in %d seeds", wrong, MOST_SEEDS).isNotNull();
        if (ALL) {
            System.out.printf(
                    "| %s | %d | %s |%n",
                    wrong,
                    caught.options().seed(),
                    caught.failure().getMessage().lines().findFirst().orElse(""));
        }
    }
}
