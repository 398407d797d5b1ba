package io.flotilla.bench.report;

import io.flotilla.bench.cluster.SystemUnderTest;
import io.flotilla.bench.load.Metric;
import io.flotilla.bench.load.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table of a comparison: for each metric the median and range of each system, then the ratio of the medians of each Flotilla
 * system to each Kafka system, with the target beside it where there is one.
 */
public final class ComparisonTable {
    private final Comparison comparison;
    private final List<SystemUnderTest> systems;
    private final List<SystemUnderTest> flotillas;
    private final List<SystemUnderTest> kafkas;

    private ComparisonTable(Comparison comparison, List<SystemUnderTest> systems) {
        this.comparison = comparison;
        this.systems = systems;
        this.flotillas = systems.stream().filter(SystemUnderTest::isFlotilla).toList();
        this.kafkas = systems.stream().filter(system -> !system.isFlotilla()).toList();
    }

    /** @param systems in the order of their columns */
    public static Rows of(Comparison comparison, List<SystemUnderTest> systems, List<Workload> workloads) {
        ComparisonTable table = new ComparisonTable(comparison, systems);
        List<List<String>> rows = new ArrayList<>();
        for (Workload workload : workloads) {
            for (Metric metric : workload.metrics()) {
                rows.add(table.row(workload, metric));
            }
        }
        return new Rows(table.headings(), rows);
    }

    private List<String> headings() {
        List<String> headings = new ArrayList<>(List.of("workload", "figure", "unit"));
        systems.forEach(system -> headings.add(system.option()));
        for (SystemUnderTest flotilla : flotillas) {
            kafkas.forEach(kafka -> headings.add(flotilla.option() + " / " + kafka.option()));
        }
        return headings;
    }

    private List<String> row(Workload workload, Metric metric) {
        List<String> row = new ArrayList<>(List.of(workload.option(), metric.key(), metric.unit()));
        for (SystemUnderTest system : systems) {
            List<Double> figures = comparison.figures(system.option(), workload.option(), metric.key());
            row.add(figures.isEmpty() ? "-" : Spread.of(figures).text());
        }
        for (SystemUnderTest flotilla : flotillas) {
            for (SystemUnderTest kafka : kafkas) {
                row.add(ratio(
                        comparison.figures(flotilla.option(), workload.option(), metric.key()),
                        comparison.figures(kafka.option(), workload.option(), metric.key()),
                        metric,
                        target(flotilla, kafka, metric)));
            }
        }
        return row;
    }

    /** Without sync before acknowledgement Flotilla competes with Kafka's default alone. */
    private static double target(SystemUnderTest flotilla, SystemUnderTest kafka, Metric metric) {
        if (kafka == SystemUnderTest.KAFKA) {
            return metric.targetVsKafka();
        }
        return flotilla == SystemUnderTest.FLOTILLA ? metric.targetVsFsync() : Double.NaN;
    }

    /** "2.31x", with a target "2.31x (target 2x: met)"; "-" where a side is missing, the divisor is 0, or records were counted. */
    static String ratio(List<Double> ours, List<Double> theirs, Metric metric, double target) {
        boolean counted = metric.unit().equals(Metric.RECORDS);
        if (counted || ours.isEmpty() || theirs.isEmpty() || Spread.of(theirs).median() == 0) {
            return "-";
        }
        double ratio = Spread.of(ours).median() / Spread.of(theirs).median();
        String text = String.format(Locale.ROOT, "%.2fx", ratio);
        if (Double.isNaN(target)) {
            return text;
        }
        boolean met = metric.moreIsBetter() ? ratio >= target : ratio <= target;
        return text + " (target " + (metric.moreIsBetter() ? ">= " : "<= ") + Numbers.text(target) + "x: "
                + (met ? "met" : "missed") + ")";
    }
}
