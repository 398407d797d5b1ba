package io.flotilla.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {
    private final Rows rows =
            new Rows(List.of("a", "long heading"), List.of(List.of("wide cell", "1"), List.of("2", "")));

    @Test
    void markdown() {
        assertThat(rows.markdown()).isEqualTo("""
                | a | long heading |
                | --- | --- |
                | wide cell | 1 |
                | 2 |  |
                """);
    }

    @Test
    void textHasColumns() {
        assertThat(rows.text()).isEqualTo("""
                a          long heading
                wide cell  1
                2
                """);
    }
}
