package io.flotilla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator catches brokers with one thing wrong, those that show soon in every build. {@code -Dflotilla.sim.variants=all},
 * or names with commas between them, looks for others, in as many seeds as it takes up to {@link #MOST_SEEDS}.
 */
class WrongVariantsTest {
    private static final int MOST_SEEDS = 2_000;
    private static final String ASKED_FOR = System.getProperty("flotilla.sim.variants", "");

    @RegisterExtension
    static final Seeds QUIET = new Seeds();

    static Stream<WrongVariant> variants() {
        Set<String> names = Set.of(ASKED_FOR.split(","));
        return Arrays.stream(WrongVariant.values())
                .filter(variant -> names.contains("all")
                        || names.contains(variant.name())
                        || ASKED_FOR.isEmpty() && variant.showsSoon());
    }

    @ParameterizedTest
    @MethodSource("variants")
    void isCaught(WrongVariant wrong) {
        SimResult caught = LongStream.rangeClosed(1, MOST_SEEDS)
                .mapToObj(seed -> Simulation.run(Seeds.options(seed), wrong.variant))
                .filter(result -> !result.passed())
                // What a right broker does not pass either has caught nothing.
                .filter(result -> Simulation.run(result.options()).passed())
                .findFirst()
                .orElse(null);
        assertThat(caught).as("%s in %d seeds", wrong, MOST_SEEDS).isNotNull();
        if (!ASKED_FOR.isEmpty()) {
            System.out.printf(
                    "| %s | %d | %s |%n",
                    wrong,
                    caught.options().seed(),
                    caught.failure().getMessage().lines().findFirst().orElse(""));
        }
    }
}
