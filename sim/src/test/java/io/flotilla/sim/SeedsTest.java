package io.flotilla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many seeds, and all those that ever found something. {@code -Dflotilla.sim.seeds=COUNT} plays more, {@code
 * -Dflotilla.sim.first=SEED} others.
 */
class SeedsTest {
    private static final long FIRST = Long.getLong("flotilla.sim.first", 1);
    private static final long COUNT = Long.getLong("flotilla.sim.seeds", 500);

    @RegisterExtension
    static final Seeds QUIET = new Seeds();

    @Test
    void seedsPass() {
        long start = System.nanoTime();
        List<SimResult> results = LongStream.range(FIRST, FIRST + COUNT)
                .parallel()
                .mapToObj(seed -> Simulation.run(Seeds.options(seed)))
                .toList();
        double minutes = (System.nanoTime() - start) / 6e10;
        double hours = results.stream().mapToLong(SimResult::virtualNanos).sum() / 3.6e12;
        System.out.printf(
                "%d seeds: %.2f simulated hours in %.1f s, %.2f simulated hours per minute%n",
                results.size(), hours, minutes * 60, hours / minutes);
        assertThat(results.stream().filter(result -> !result.passed()).map(Seeds::report))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("regressions")
    void seedsThatFoundSomethingPass(SimOptions options, String found) {
        SimResult result = Simulation.run(options);
        assertThat(result.passed())
                .as(() -> found + "\n" + Seeds.report(result))
                .isTrue();
    }

    static Stream<Arguments> regressions() throws IOException {
        try (InputStream in = SeedsTest.class.getResourceAsStream("regression-seeds.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines().filter(line -> !line.startsWith("#")).toList().stream()
                            .map(SeedsTest::regression);
        }
    }

    private static Arguments regression(String line) {
        String[] parts = line.substring(0, line.indexOf(':')).split(" ");
        SimOptions options = new SimOptions(
                Long.parseLong(parts[0]),
                Integer.parseInt(parts[1]),
                faults(parts[3]),
                Integer.parseInt(parts[2]),
                false);
        return Arguments.of(options, line.substring(line.indexOf(':') + 1).trim());
    }

    private static Set<Fault> faults(String names) {
        return names.equals("all")
                ? EnumSet.allOf(Fault.class)
                : Arrays.stream(names.split(","))
                        .map(name -> Arrays.stream(Fault.values())
                                .filter(fault -> fault.option().equals(name))
                                .findFirst()
                                .orElseThrow())
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
    }
}
