package io.flotilla.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CollapsedTest {
    @Test
    void stacksAreReadWithTheirSamples() {
        assertThat(Collapsed.parse(List.of("main;A.run;[unknown frame] 3", "main 2", "main 1", "")))
                .isEqualTo(Map.of("main;A.run;[unknown frame]", 3L, "main", 3L));
    }

    @Test
    void lambdasHaveTheSameNameInAllProcesses() {
        assertThat(Collapsed.parse(List.of(
                        "io/flotilla/A$$Lambda$644.0x00007f09282a7db8.run;B 1",
                        "io/flotilla/A$$Lambda$97.0x0000800001.run;B 2",
                        "io/flotilla/A$$Lambda.0x0000800001.run;B 4")))
                .isEqualTo(Map.of("io/flotilla/A$$Lambda.run;B", 7L));
    }

    @Test
    void theSummaryTellsWhoTakesMostAloneAndWithCallees() {
        String text = Collapsed.text("title", Map.of("main;A;B", 60L, "main;A", 30L, "main;C;C", 10L));

        assertThat(text.lines())
                .startsWith("# title: 100 samples", "#", "# self, in %", "#  60.0  B", "#  30.0  A", "#  10.0  C")
                .containsSubsequence("# with what they call, in %", "# 100.0  main", "#  90.0  A", "#  60.0  B")
                .as("recursion counts once")
                .contains("#  10.0  C")
                .endsWith("main;A;B 60", "main;A 30", "main;C;C 10");
    }

    @Test
    void rareStacksAreLeftOut() {
        assertThat(Collapsed.text("title", Map.of("often", 10_000L, "rarely", 1L))
                        .lines())
                .contains("often 10000")
                .doesNotContain("rarely 1");
    }
}
