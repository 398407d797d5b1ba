package io.flotilla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** The simulator itself: a healthy cluster passes, and a seed is a run. */
class SimulationTest {
    private static final SimOptions HEALTHY = new SimOptions(1, 3, Set.of(), 10, true);

    @Test
    void aHealthyClusterPasses() {
        SimResult result = Simulation.run(HEALTHY);
        assertThat(result.failure()).as(String.join("\n", result.notes())).isNull();
        assertThat(result.acknowledged()).isGreaterThan(100);
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        SimResult first = Simulation.run(HEALTHY);
        SimResult second = Simulation.run(HEALTHY);
        SimResult other = Simulation.run(HEALTHY.withSeed(2));
        assertThat(second.hash()).isEqualTo(first.hash());
        assertThat(second.events()).isEqualTo(first.events());
        assertThat(other.hash()).isNotEqualTo(first.hash());
    }
}
