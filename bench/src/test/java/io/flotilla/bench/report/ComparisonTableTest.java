package io.flotilla.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bench.cluster.SystemUnderTest;
import io.flotilla.bench.load.Metric;
import io.flotilla.bench.load.Workload;
import io.flotilla.bench.report.Comparison.Run;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    private static final Metric MORE = new Metric("mb_s", "MB/s", true, 2, 3);
    private static final Metric LESS = new Metric("p99_ms", "ms", false, 0.5, 0.25);

    private static Run run(int round, SystemUnderTest system, double mb, double cpu) {
        Map<String, Double> figures = Map.of("mb_s", mb, "first_run_mb_s", mb / 2, "cpu_s_per_gb", cpu, "p99_ms", 7.0);
        return new Run(round, system.option(), Map.of("produce_1k", figures), Map.of());
    }

    @Test
    void eachFigureHasAMedianPerSystemAndARatioPerPair() {
        List<Run> runs = List.of(
                run(1, SystemUnderTest.FLOTILLA, 80, 10),
                run(1, SystemUnderTest.KAFKA, 40, 20),
                run(2, SystemUnderTest.KAFKA, 44, 20),
                run(2, SystemUnderTest.FLOTILLA, 90, 10));
        Comparison comparison = new Comparison(null, "", Map.of(), runs);

        Rows rows = ComparisonTable.of(
                comparison, List.of(SystemUnderTest.FLOTILLA, SystemUnderTest.KAFKA), List.of(Workload.PRODUCE_1K));

        assertThat(rows.headings())
                .containsExactly("workload", "figure", "unit", "flotilla", "kafka", "flotilla / kafka");
        assertThat(rows.rows())
                .contains(
                        List.of(
                                "produce_1k",
                                "mb_s",
                                "MB/s",
                                "85 (80 to 90)",
                                "42 (40 to 44)",
                                "2.02x (target >= 2x: met)"),
                        List.of("produce_1k", "cpu_s_per_gb", "s/GB", "10", "20", "0.50x (target <= 0.40x: missed)"),
                        List.of("produce_1k", "p99_ms", "ms", "7", "7", "1.00x"));
    }

    @Test
    void whatWasNotMeasuredIsADash() {
        Comparison nothing = new Comparison(null, "", Map.of(), List.of());

        Rows rows = ComparisonTable.of(
                nothing, List.of(SystemUnderTest.FLOTILLA, SystemUnderTest.KAFKA), List.of(Workload.PRODUCE_1K));

        assertThat(rows.rows()).allSatisfy(row -> assertThat(row.subList(3, 6)).containsOnly("-"));
    }

    @Test
    void targetsAreLowerOrUpperBounds() {
        assertThat(ratio(List.of(30.0), List.of(10.0), MORE)).isEqualTo("3.00x (target >= 2x: met)");
        assertThat(ratio(List.of(10.0), List.of(10.0), MORE)).isEqualTo("1.00x (target >= 2x: missed)");
        assertThat(ratio(List.of(4.0), List.of(10.0), LESS)).isEqualTo("0.40x (target <= 0.50x: met)");
        assertThat(ratio(List.of(6.0), List.of(10.0), LESS)).isEqualTo("0.60x (target <= 0.50x: missed)");
    }

    @Test
    void nothingIsDividedByNothing() {
        assertThat(ratio(List.of(1.0), List.of(0.0), LESS)).isEqualTo("-");
        assertThat(ratio(List.of(), List.of(1.0), LESS)).isEqualTo("-");
    }

    @Test
    void recordsThatWereCountedHaveNoRatio() {
        Metric counted = new Metric("acked", Metric.RECORDS, true, Double.NaN, Double.NaN);
        assertThat(ratio(List.of(5.0), List.of(5.0), counted)).isEqualTo("-");
    }

    private static String ratio(List<Double> ours, List<Double> theirs, Metric metric) {
        return ComparisonTable.ratio(ours, theirs, metric, metric.targetVsKafka());
    }
}
