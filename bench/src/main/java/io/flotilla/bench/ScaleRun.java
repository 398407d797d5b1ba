package io.flotilla.bench;

import io.flotilla.bench.cluster.BenchCluster;
import io.flotilla.bench.cluster.SystemUnderTest;
import io.flotilla.bench.load.Axis;
import io.flotilla.bench.load.Metric;
import io.flotilla.bench.report.DocPage;
import io.flotilla.bench.report.LineCharts;
import io.flotilla.bench.report.Machine;
import io.flotilla.bench.report.Rows;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Measures each system at each point of an axis, and draws the curves. */
final class ScaleRun {
    private final Session session;
    private final CommonOptions options;
    private final Axis axis;
    private final List<Integer> points;

    /** By system and point. */
    private final Map<SystemUnderTest, SortedMap<Integer, Map<String, Double>>> measured = new LinkedHashMap<>();

    ScaleRun(Session session, CommonOptions options, Axis axis, List<Integer> points) {
        this.session = session;
        this.options = options;
        this.axis = axis;
        this.points = points;
    }

    /** What stands in the file of raw figures. */
    record Raw(Machine machine, String command, Map<String, SortedMap<Integer, Map<String, Double>>> figures) {}

    void run(PrintWriter out) throws IOException {
        for (SystemUnderTest system : options.systems(SystemUnderTest.FLOTILLA.option())) {
            measured.put(system, axis.newClusterPerPoint() ? onNewClusters(system) : onOneCluster(system));
        }
        Rows table = table();
        out.println(table.text());
        out.flush();
        Optional<Path> docs = options.docs(session.installation().home());
        if (docs.isPresent()) {
            write(docs.get(), table);
        }
    }

    private SortedMap<Integer, Map<String, Double>> onNewClusters(SystemUnderTest system) throws IOException {
        SortedMap<Integer, Map<String, Double>> figures = new TreeMap<>();
        for (int point : points) {
            try (BenchCluster cluster = session.start(system)) {
                figures.put(point, measure(cluster, point));
            }
        }
        return figures;
    }

    private SortedMap<Integer, Map<String, Double>> onOneCluster(SystemUnderTest system) throws IOException {
        SortedMap<Integer, Map<String, Double>> figures = new TreeMap<>();
        try (BenchCluster cluster = session.start(system)) {
            for (int point : points) {
                figures.put(point, measure(cluster, point));
            }
        }
        return figures;
    }

    private Map<String, Double> measure(BenchCluster cluster, int point) throws IOException {
        Map<String, Double> figures = axis.measure(session.target(cluster), point);
        session.progress(
                "%s, %s %d: %s",
                cluster.system().option(),
                axis.option(),
                point,
                axis.metrics().stream()
                        .map(metric -> String.format("%s %.2f", metric.key(), figures.get(metric.key())))
                        .collect(Collectors.joining(", ")));
        return figures;
    }

    private Rows table() {
        List<String> headings = new ArrayList<>(List.of("system", axis.option()));
        axis.metrics().forEach(metric -> headings.add(metric.key() + " (" + metric.unit() + ")"));
        List<List<String>> rows = new ArrayList<>();
        measured.forEach((system, figures) -> figures.forEach((point, byKey) -> {
            List<String> row = new ArrayList<>(List.of(system.option(), point.toString()));
            axis.metrics().forEach(metric -> row.add(String.format(Locale.ROOT, "%.1f", byKey.get(metric.key()))));
            rows.add(row);
        }));
        return new Rows(headings, rows);
    }

    private void write(Path page, Rows table) throws IOException {
        String name = "scale-" + axis.option();
        Path directory = page.resolveSibling("benchmarks");
        Map<String, SortedMap<Integer, Map<String, Double>>> figures = new LinkedHashMap<>();
        measured.forEach((system, byPoint) -> figures.put(system.option(), byPoint));
        Session.writeJson(directory.resolve(name + ".json"), new Raw(session.machine(), command(), figures));
        Files.writeString(directory.resolve(name + ".svg"), picture());
        String text = "By the number of " + axis.description() + ". Measured on "
                + session.machine().text() + ".\n\n```\n" + command() + "\n```\n\n![curves](benchmarks/" + name
                + ".svg)\n\n" + table.markdown();
        DocPage.put(page, name, text);
        session.progress("curves are in %s", directory.resolve(name + ".svg"));
    }

    private String picture() {
        LineCharts charts = new LineCharts("By " + axis.option(), axis.option());
        for (Metric metric : axis.metrics()) {
            Map<String, SortedMap<Double, Double>> curves = new LinkedHashMap<>();
            measured.forEach((system, byPoint) -> {
                SortedMap<Double, Double> curve = new TreeMap<>();
                byPoint.forEach((point, figures) -> curve.put((double) point, figures.get(metric.key())));
                curves.put(system.label(), curve);
            });
            charts.add(metric.key() + ", " + metric.unit(), curves);
        }
        return charts.svg();
    }

    private String command() {
        return "bin/flotilla bench scale --axis " + axis.option() + " --points "
                + points.stream().map(String::valueOf).collect(Collectors.joining(",")) + " " + options.text();
    }
}
