package io.flotilla.bench;

import io.flotilla.bench.cluster.BenchCluster;
import io.flotilla.bench.cluster.SystemUnderTest;
import io.flotilla.bench.load.Workload;
import io.flotilla.bench.report.Comparison;
import io.flotilla.bench.report.Comparison.Run;
import io.flotilla.bench.report.ComparisonTable;
import io.flotilla.bench.report.DocPage;
import io.flotilla.bench.report.Rows;
import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Measures each system in each round, every second round in the opposite order, and tells what came of it. */
final class ComparisonRun {
    private final Session session;
    private final CommonOptions options;
    private final List<SystemUnderTest> systems;
    private final List<Workload> workloads;
    private final int rounds;

    ComparisonRun(Session session, CommonOptions options, List<Workload> workloads, int rounds) {
        this.session = session;
        this.options = options;
        this.systems = options.systems("flotilla,kafka");
        this.workloads = workloads;
        this.rounds = rounds;
    }

    /**
     * Runs it all, prints the table and writes the files.
     *
     * @param rawFigures null for the place beside the page
     * @return whether nothing failed
     */
    boolean run(PrintWriter out, Path rawFigures) throws IOException {
        List<Run> runs = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (SystemUnderTest system : order(systems, round)) {
                runs.add(measure(round, system));
            }
        }
        Comparison comparison = new Comparison(session.machine(), command(), settings(), runs);
        Rows table = ComparisonTable.of(comparison, systems, workloads);
        out.println(table.text());
        comparison.failures().forEach((what, why) -> out.println("FAILED  " + what + ": " + why));
        out.flush();
        Optional<Path> docs = options.docs(session.installation().home());
        Path raw = rawFigures == null ? docs.map(this::besides).orElse(null) : rawFigures;
        if (raw != null) {
            Session.writeJson(raw, comparison);
            session.progress("raw figures are in %s", raw);
        }
        if (docs.isPresent()) {
            DocPage.put(docs.get(), part(), page(comparison, table));
            session.progress("the table is in %s", docs.get());
        }
        return comparison.failures().isEmpty();
    }

    /** The part of the page that is made anew: what does not sync is told apart from what does. */
    private String part() {
        return systems.contains(SystemUnderTest.FLOTILLA_WRITE_CACHING) ? "write-caching" : "comparison";
    }

    private Path besides(Path page) {
        return page.resolveSibling("benchmarks").resolve(part() + ".json");
    }

    /** A-B, then B-A: who comes first has a colder machine, and who comes second a disk that is still busy. */
    static List<SystemUnderTest> order(List<SystemUnderTest> systems, int round) {
        List<SystemUnderTest> order = new ArrayList<>(systems);
        if (round % 2 == 0) {
            Collections.reverse(order);
        }
        return order;
    }

    private Run measure(int round, SystemUnderTest system) throws IOException {
        session.progress("round %d of %d: starting three brokers of %s", round, rounds, system.option());
        Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
        Map<String, String> failures = new LinkedHashMap<>();
        try (BenchCluster cluster = session.start(system)) {
            for (Workload workload : workloads) {
                try {
                    Map<String, Double> measured = workload.measure(session.target(cluster));
                    figures.put(workload.option(), measured);
                    session.progress(
                            "round %d, %s, %s: %s",
                            round, system.option(), workload.option(), text(workload, measured));
                } catch (CommandException e) {
                    if (session.ending()) {
                        throw e;
                    }
                    // One workload that fails must not hide the others.
                    failures.put(workload.option(), e.getMessage());
                    session.progress(
                            "round %d, %s, %s FAILED: %s", round, system.option(), workload.option(), e.getMessage());
                }
            }
        }
        return new Run(round, system.option(), figures, failures);
    }

    private static String text(Workload workload, Map<String, Double> figures) {
        return workload.metrics().stream()
                .map(metric -> String.format("%s %.2f", metric.key(), figures.get(metric.key())))
                .collect(Collectors.joining(", "));
    }

    private String command() {
        String names = workloads.size() == Workload.values().length
                ? ""
                : " --workloads " + workloads.stream().map(Workload::option).collect(Collectors.joining(","));
        return "bin/flotilla bench " + options.text() + " --rounds " + rounds + names;
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("heap", options.heap());
        settings.put("scale", Double.toString(options.scale()));
        settings.put("rounds", Integer.toString(rounds));
        return settings;
    }

    private String page(Comparison comparison, Rows table) {
        StringBuilder page = new StringBuilder();
        page.append("Measured on ").append(comparison.machine().text()).append(".\n\n");
        page.append("```\n").append(comparison.command()).append("\n```\n\n");
        page.append("Three brokers of ")
                .append(options.heap())
                .append(" heap each, replication factor 3, acks=all, scale ")
                .append(options.scale())
                .append(". Figures are medians (and ranges) of ")
                .append(rounds)
                .append(rounds == 1 ? " round" : " rounds")
                .append("; ratios are of medians.\n\n");
        for (SystemUnderTest system : systems) {
            page.append("- `")
                    .append(system.option())
                    .append("` ")
                    .append(system.durability())
                    .append(".\n");
        }
        page.append('\n').append(table.markdown());
        comparison.failures().forEach((what, why) -> page.append("\nFailed: ")
                .append(what)
                .append(": ")
                .append(why.lines().findFirst().orElse(""))
                .append('\n'));
        page.append("\nThe raw figures are in [%1$s.json](benchmarks/%1$s.json).\n".formatted(part()));
        return page.toString();
    }
}
