package io.flotilla.bench.report;

import java.util.Collection;

/** The median of some figures, and the smallest and largest of them. */
public record Spread(double median, double min, double max) {
    /** @throws IllegalArgumentException when there are none */
    public static Spread of(Collection<Double> figures) {
        if (figures.isEmpty()) {
            throw new IllegalArgumentException("a spread of nothing");
        }
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** "38.1 (36.0 to 40.2)", or the median alone where all are the same. */
    public String text() {
        String text = Numbers.text(median);
        return min == max ? text : text + " (" + Numbers.text(min) + " to " + Numbers.text(max) + ")";
    }
}
