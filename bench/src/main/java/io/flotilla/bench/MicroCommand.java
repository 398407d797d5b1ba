package io.flotilla.bench;

import io.flotilla.bench.cluster.Installation;
import io.flotilla.bench.report.DocPage;
import io.flotilla.bench.report.Machine;
import io.flotilla.bench.report.Rows;
import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla bench micro}: measures single operations with JMH. */
@Command(
        name = "micro",
        description =
                "Measure single operations of the hot paths with JMH: time, and memory allocated, per operation. The whole page"
                        + " is measured in about 6 minutes.")
public final class MicroCommand implements Callable<Integer> {
    private static final String PACKAGE = "io.flotilla.bench.micro.";
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final int MOST_SECONDS = 60;
    private static final int ITERATIONS = 5;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = "Only benchmarks whose class and method match (default: all).")
    private String filter;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Length of each of the five iterations (default: ${DEFAULT-VALUE}).")
    private int seconds = 2;

    @Option(
            names = "--jvm",
            paramLabel = "OPTIONS",
            description =
                    "Options for the JVM that is measured (default: those that matter of a broker's, ${DEFAULT-VALUE}).")
    private String jvm = "-Xms1g -Xmx1g -XX:+UseG1GC -XX:MaxNewSize=128m -XX:TieredStopAtLevel=1";

    @Option(
            names = "--docs",
            paramLabel = "FILE",
            description = "The page to put the table into (default: print only).")
    private Path docs;

    @Override
    public Integer call() throws IOException {
        if (seconds < 1 || seconds > MOST_SECONDS) {
            throw refuse("--seconds " + seconds + ": must be 1 to " + MOST_SECONDS);
        }
        Options options = new OptionsBuilder()
                .include(filter == null ? Pattern.quote(PACKAGE) : pattern())
                .forks(1)
                .warmupIterations(ITERATIONS)
                .warmupTime(TimeValue.seconds(seconds))
                .measurementIterations(ITERATIONS)
                .measurementTime(TimeValue.seconds(seconds))
                .timeout(TimeValue.minutes(5))
                .jvmArgs(jvm.strip().split("\\s+"))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .build();
        Collection<RunResult> results;
        try {
            results = new Runner(options).run();
        } catch (RunnerException e) {
            throw new CommandException("the benchmarks failed: " + e.getMessage());
        }
        Rows table = table(results);
        spec.commandLine().getOut().println(table.text());
        if (docs != null) {
            Machine machine =
                    Machine.here(Path.of("."), Installation.ofThisProgram().home());
            String text = "Measured on " + machine.text() + ".\n\n```\nbin/flotilla bench micro --seconds " + seconds
                    + " --jvm '" + jvm + "'\n```\n\n" + table.markdown();
            DocPage.put(docs, "micro", text);
        }
        return 0;
    }

    private String pattern() {
        try {
            return Pattern.compile(filter).pattern();
        } catch (PatternSyntaxException e) {
            throw refuse("--filter " + filter + ": " + e.getDescription());
        }
    }

    private ParameterException refuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static Rows table(Collection<RunResult> results) {
        List<List<String>> rows = new ArrayList<>();
        for (RunResult result : results) {
            Result<?> time = result.getPrimaryResult();
            Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
            List<String> parameters = new ArrayList<>();
            for (String name : result.getParams().getParamsKeys()) {
                parameters.add(name + " " + result.getParams().getParam(name));
            }
            rows.add(List.of(
                    result.getParams().getBenchmark().replace(PACKAGE, ""),
                    String.join(", ", parameters),
                    String.format(Locale.ROOT, "%.0f (+- %.0f)", time.getScore(), time.getScoreError()),
                    allocated == null ? "-" : String.format(Locale.ROOT, "%.0f", allocated.getScore())));
        }
        return new Rows(List.of("operation", "with", "ns", "bytes allocated"), rows);
    }
}
